// Finds Firefox and the driver that WebDriver reaches it through, or brings them: Firefox from Debian,
// unpacked into .tools, geckodriver from Cargo's registry.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, which } from './command.mjs'
import { isDebian, unpackFromDebian, unpackedEnvironment } from './debian.mjs'
import { FIREFOX_MIN } from './firefox-manifest.mjs'
import { stateFolder, toolsFolder } from './paths.mjs'
import { NoNetwork, Stop, step } from './say.mjs'
import { ensureGeckodriver } from './tools.mjs'

const unpacked = join(toolsFolder, 'firefox')
const ownFirefox = join(unpacked, 'usr/lib/firefox-esr/firefox-esr')

/**
 * Firefox and its driver: { browser, driver, env }, where `env` is what both need besides; or
 * { missing }, a sentence that says why there is none here.
 */
export async function findFirefox() {
  const browser = await findBrowser()
  if (!browser) return { missing: `Firefox ${FIREFOX_MIN} or newer is not here, and could not be fetched from Debian.` }
  const driver = await findDriver()
  if (!driver) return { missing: 'geckodriver is not here, and Cargo could not fetch it.' }
  return { browser, driver, env: environmentOf(browser) }
}

/** A file that tells wasm-bindgen's test runner which Firefox it is: geckodriver looks only for one called `firefox`. */
export function webdriverFile(browser) {
  const file = join(stateFolder, 'firefox-webdriver.json')
  mkdirSync(stateFolder, { recursive: true })
  writeFileSync(file, JSON.stringify({ 'moz:firefoxOptions': { binary: browser } }))
  return file
}

const environmentOf = browser => (browser.startsWith(unpacked) ? unpackedEnvironment(unpacked) : {})

/** In this order: $FIREFOX; one already there; Debian's package, unpacked. */
async function findBrowser() {
  const chosen = process.env.FIREFOX
  if (chosen) {
    if (await works(chosen)) return chosen
    throw new Stop(`FIREFOX names ${chosen}, which is not a Firefox ${FIREFOX_MIN} or newer that starts.`)
  }
  const candidates = ['firefox-esr', 'firefox'].map(which).concat('/Applications/Firefox.app/Contents/MacOS/firefox', ownFirefox)
  for (const candidate of candidates) if (candidate && (await works(candidate))) return candidate
  if (!isDebian()) return undefined
  await step('Fetching Firefox from Debian into .tools', () => unpackFromDebian(['firefox-esr'], unpacked))
  return (await works(ownFirefox)) ? ownFirefox : undefined
}

/** Ubuntu's package is a stub that only asks for the snap; a snap cannot read our folders. */
async function works(path) {
  if (!existsSync(path)) return false
  const { code, output } = await attempt(path, ['--version'], { env: environmentOf(path) })
  const version = output.match(/^Mozilla Firefox (\d+)/m)?.[1]
  return code === 0 && Number(version) >= FIREFOX_MIN && !/snap/.test(output)
}

async function findDriver() {
  if (process.env.GECKODRIVER) return process.env.GECKODRIVER
  try {
    await ensureGeckodriver()
  } catch (error) {
    if (error instanceof NoNetwork) return undefined
    throw error
  }
  return which('geckodriver')
}
