// npm run pictures: makes the pictures of the README anew, from a purchase in the real thing.
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap } from './lib/bootstrap.mjs'
import { artifactsFolder, at } from './lib/paths.mjs'
import { run } from './lib/say.mjs'

const PICTURES = {
  '05-store': 'store',
  '09-approve': 'approve',
  '12-wallet-popup': 'wallet',
  '17-console-courier': 'console-courier',
}

await run(async () => {
  await bootstrap()
  await (await import('./once.mjs')).main([])
  mkdirSync(at('docs/pictures'), { recursive: true })
  for (const [step, name] of Object.entries(PICTURES)) {
    copyFileSync(join(artifactsFolder, 'purchase', `${step}.png`), at('docs/pictures', `${name}.png`))
  }
  await loadedUnpacked()
})

/** The browser's own page of extensions, with ours in it. */
async function loadedUnpacked() {
  const { launchBrowserWithExtension } = await import('./lib/browser.mjs')
  const browser = await launchBrowserWithExtension()
  const page = await browser.context.newPage()
  await page.setViewportSize({ width: 1000, height: 420 })
  await page.goto('chrome://extensions')
  await page.locator('#devMode').click()
  await page.waitForTimeout(800)
  await page.screenshot({ path: at('docs/pictures/load-unpacked.png') })
  await browser.close()
}
