// The approval window with the wallet asleep, each beside an empty window of the extension in the same run: how
// much later it paints, and how much later it can take a PIN. Absolute times swing by half from machine to
// machine; what our own code adds does not.
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extensionFolder } from '../../scripts/lib/paths.mjs'
import { buyOnce, paintsOf, serviceWorker } from './purchases.mjs'

const EMPTY = 'pages/empty.html'
/** As wide and as high as the approval window (extension/background/windows.ts). */
const SIZE = { width: 460, height: 720 }

/** A copy of the built extension with one page more, on which there is a dot. */
export function withEmptyPage() {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-extension-'))
  cpSync(extensionFolder, folder, { recursive: true })
  writeFileSync(join(folder, EMPTY), '<!doctype html><html lang="en"><title>Empty</title><p>.</p></html>')
  return folder
}

/**
 * Opens both windows `count` times in turn, the wallet asleep before each approval. Each time something is bought: a
 * site whose questions are turned down again and again opens no window for a while.
 *
 * @param {object} shopper a Shopper whose browser has the copy of `withEmptyPage`
 * @param {number} count
 */
export async function coldWindows(shopper, count) {
  await shopper.context.addInitScript(notePin)
  const store = await shopper.openPage(shopper.parties.url('shop'))
  await store.getByRole('heading', { level: 1 }).first().waitFor()
  const rounds = []
  for (let i = 0; i < count; i++) {
    const empty = await emptyWindow(shopper)
    await shopper.killServiceWorker()
    const { paint, pinAt } = await buyOnce(shopper, store)
    rounds.push({ empty, paint, pinAt })
  }
  await store.close()
  return rounds
}

async function emptyWindow(shopper) {
  const opened = shopper.context.waitForEvent('page', { predicate: page => page.url().includes(EMPTY) })
  const worker = await serviceWorker(shopper)
  await worker.evaluate(wanted => void chrome.windows.create(wanted), { url: `/${EMPTY}`, type: 'popup', ...SIZE })
  const page = await opened
  const { first } = await paintsOf(page)
  await page.close()
  return first
}

/** Runs first in each page: notes when the field for the PIN is on the approval window. */
function notePin() {
  if (!location.pathname.endsWith('/approve.html')) return
  const look = () => {
    if (!document.querySelector('input[type=password]')) return false
    requestAnimationFrame(() => (globalThis.pinAt = performance.now()))
    return true
  }
  const observer = new MutationObserver(() => look() && observer.disconnect())
  observer.observe(document, { childList: true, subtree: true })
}
