// Finds a Chromium that takes an unpacked extension, or brings one; and starts it with ours.
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt, which } from './command.mjs'
import { isDebian, unpackFromDebian, unpackedEnvironment } from './debian.mjs'
import { at, extensionFolder, toolsFolder } from './paths.mjs'
import { Stop, say, step } from './say.mjs'

const ownDebian = join(toolsFolder, 'debian')
const ownPlaywright = join(toolsFolder, 'playwright')

/**
 * The path of a Chromium or Chrome for Testing, in this order: $CHROMIUM; one already there; apt on
 * Debian; Debian's package unpacked in .tools when not root; Playwright's own download. Branded
 * Google Chrome is no use here: it ignores --load-extension.
 */
export async function findBrowser() {
  const found = await installedBrowser()
  if (found) return found
  for (const bring of [fromApt, fromAptUnpacked, fromPlaywright]) {
    const brought = await bring()
    if (brought) return brought
  }
  throw new Stop('No Chromium was found or could be brought: install Chromium, or set CHROMIUM to the path of one.')
}

/** A browser that is there already, or undefined. */
export async function installedBrowser() {
  const chosen = process.env.CHROMIUM
  if (chosen) {
    if (await works(chosen)) return chosen
    throw new Stop(`CHROMIUM names ${chosen}, which is not a Chromium that starts.`)
  }
  const candidates = [
    ...['chromium', 'chromium-browser', 'chrome-for-testing'].map(which),
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
    ownDebianBrowser(),
    ...playwrightBrowsers(ownPlaywright),
    ...playwrightBrowsers(process.env.PLAYWRIGHT_BROWSERS_PATH || join(homedir(), '.cache/ms-playwright')),
    ...playwrightBrowsers(join(homedir(), 'Library/Caches/ms-playwright')),
  ]
  for (const candidate of candidates) if (candidate && (await works(candidate))) return candidate
  return undefined
}

/** Branded Google Chrome, which takes our extension only by hand; or undefined. */
export function brandedChrome() {
  return (
    which('google-chrome') ??
    which('google-chrome-stable') ??
    ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(existsSync)
  )
}

/** The chromedriver that belongs to the browser, or undefined. */
export function findChromedriver() {
  const unpacked = join(ownDebian, 'usr/bin/chromedriver')
  return process.env.CHROMEDRIVER || which('chromedriver') || (existsSync(unpacked) ? unpacked : undefined)
}

/** Extra environment that a browser unpacked into .tools needs. */
export function browserEnvironment(browser) {
  return browser.startsWith(ownDebian) ? unpackedEnvironment(ownDebian) : {}
}

async function works(path) {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    return false
  }
  // Ubuntu's package is a stub that only asks for the snap; a snap cannot read our folders.
  const { code, output } = await attempt(path, ['--version'], { env: browserEnvironment(path) })
  return code === 0 && /^(Chromium|Google Chrome for Testing) \d+/m.test(output) && !/snap/.test(output)
}

function playwrightBrowsers(folder) {
  if (!existsSync(folder)) return []
  const inside = [
    'chrome-linux/chrome',
    'chrome-linux64/chrome',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
    'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  ]
  return readdirSync(folder)
    .filter(name => /^chromium-\d+$/.test(name))
    .flatMap(name => inside.map(path => join(folder, name, path)))
    .filter(existsSync)
}

const isRoot = () => process.getuid?.() === 0

async function fromApt() {
  if (!isDebian() || !isRoot()) return undefined
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  return step('Installing Chromium with apt', async () => {
    await attempt('apt-get', ['update', '-q'], { env })
    await attempt('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'chromium-driver', 'fonts-dejavu-core'], {
      env,
    })
    const path = which('chromium')
    return path && (await works(path)) ? path : undefined
  })
}

const ownDebianBrowser = () => [join(ownDebian, 'usr/lib/chromium/chromium'), join(ownDebian, 'usr/bin/chromium')].find(existsSync)

async function fromAptUnpacked() {
  if (!isDebian() || isRoot()) return undefined
  return step('Fetching Chromium from Debian into .tools', async () => {
    if (!(await unpackFromDebian(['chromium', 'chromium-driver', 'fonts-dejavu-core'], ownDebian))) return undefined
    const path = ownDebianBrowser()
    return path && (await works(path)) ? path : undefined
  })
}

async function fromPlaywright() {
  return step("Fetching Playwright's Chromium into .tools", async () => {
    await attempt(process.execPath, [at('node_modules/playwright-core/cli.js'), 'install', 'chromium'], {
      env: { PLAYWRIGHT_BROWSERS_PATH: ownPlaywright },
    })
    for (const path of playwrightBrowsers(ownPlaywright)) if (await works(path)) return path
    return undefined
  })
}

/**
 * Starts Chromium with the extension in a fresh profile (or `profile`, which stays). `preferences` are
 * those of a profile that was never used. Resolves to { context, worker, extensionId, close() }:
 * Playwright's context, the service worker.
 *
 * @param {{ headless?: boolean, profile?: string, preferences?: object, extension?: string, browser?: string, args?: string[] }} [options]
 */
export async function launchBrowserWithExtension({
  headless = true,
  profile,
  preferences,
  extension = extensionFolder,
  browser,
  args = [],
} = {}) {
  const { chromium } = await import('playwright-core')
  const executablePath = browser ?? (await findBrowser())
  const folder = profile ?? mkdtempSync(join(tmpdir(), 'tallystick-profile-'))
  if (preferences && !existsSync(join(folder, 'Default'))) {
    mkdirSync(join(folder, 'Default'), { recursive: true })
    writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify(preferences))
  }
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    headless,
    viewport: headless ? { width: 1280, height: 900 } : null,
    chromiumSandbox: false,
    env: { ...process.env, ...browserEnvironment(executablePath) },
    args: [
      '--no-first-run',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
      ...args,
    ],
  })
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker', { timeout: 30_000 }))
  return {
    context,
    worker,
    extensionId: new URL(worker.url()).host,
    async close() {
      await context.close().catch(() => {})
      if (!profile) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** What to do in branded Google Chrome, which refuses to load an extension from the command line. */
export function sayLoadUnpacked() {
  say('Google Chrome takes the extension by hand: open chrome://extensions, switch on Developer mode,')
  say(`press "Load unpacked" and choose ${extensionFolder}`)
}
