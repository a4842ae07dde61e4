// The steps of `npm run check` and `npm test`.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { buildWasm, checkWasmSizes } from './builds.mjs'
import { browserEnvironment, findBrowser, findChromedriver } from './browser.mjs'
import { attempt } from './command.mjs'
import { exhaustiveTests } from './exhaustive.mjs'
import { findFirefox, webdriverFile } from './firefox.mjs'
import { foreignCardTests } from './foreign-card.mjs'
import { EVERY_CRATE, WASM_ONLY, compileNatively, nativeTest, testFiles } from './native.mjs'
import { at } from './paths.mjs'
import { workerFlags } from './rust-flags.mjs'
import { Stop } from './say.mjs'
import { simulationTests } from './simulation.mjs'
import { cargoCounts, nodeCounts } from './suite.mjs'
import { ensureBindgen } from './tools.mjs'

const WASM = ['--target', 'wasm32-unknown-unknown']

/** What a deployment compiles alone, each by its feature. */
const ROLES = [
  'ca',
  'key-centre',
  'shop',
  'issuer',
  'courier',
  'directory',
  'registration-authority',
  'bank',
  'banking-system',
  'home-proxy',
  'vending',
  'coupon-office',
  'security-server',
  'settlement',
]

/** Formatting of Rust. */
export async function formatting(suite) {
  await suite.command('Formatting', 'cargo', ['fmt', '--all', '--check'])
  await suite.command('Formatting of the foreign card', 'cargo', ['fmt', '--manifest-path', at('tests/foreign-card/Cargo.toml'), '--check'])
}

/**
 * Lints of Rust, natively and for WebAssembly, and that each role compiles alone: of `npm run check`, for they compile everything
 * once more, and what they find a test does not.
 */
export async function lints(suite) {
  await suite.command('Clippy', 'cargo', ['clippy', '--quiet', ...EVERY_CRATE, '--all-targets', '--', '-D', 'warnings'])
  await suite.command('Clippy for WebAssembly', 'cargo', [
    'clippy',
    '--quiet',
    ...WASM_ONLY.flatMap(crate => ['-p', crate]),
    ...WASM,
    '--',
    '-D',
    'warnings',
  ])
  for (const role of ROLES) await suite.check(`The ${role} compiles alone`, () => compilesAlone(role))
}

/** Clippy has seen each line before: what a role alone can lack, or have for nothing, the compiler itself says. */
async function compilesAlone(role) {
  const args = ['check', '--quiet', '-p', 'tallystick-parties', '--no-default-features', '--features', role]
  const { code, output } = await attempt('cargo', args)
  if (code !== 0 || output.trim()) throw new Stop(`Without the other roles, the ${role} does not compile without a warning.`, output)
}

/** Formatting, lints and types of what is not Rust, the wallet's size, and what may stand where. */
export async function webChecks(suite) {
  await suite.command('Formatting of TypeScript, Svelte and scripts', process.execPath, [
    at('node_modules/prettier/bin/prettier.cjs'),
    '--check',
    '--log-level',
    'warn',
    '**/*.{ts,svelte,mjs,js}',
  ])
  await suite.check('The wallet builds', buildWasm)
  await suite.check('The wallet is small', async () => (await checkWasmSizes()).map(({ sentence }) => sentence).join('; '))
  await suite.command('Types', process.execPath, [
    at('node_modules/svelte-check/bin/svelte-check'),
    '--tsconfig',
    at('tsconfig.json'),
    '--fail-on-warnings',
  ])
  await suite.command('Types of the scripts', process.execPath, [
    at('node_modules/typescript/bin/tsc'),
    '--project',
    at('tsconfig.scripts.json'),
  ])
  await suite.command('Lints of TypeScript, Svelte and scripts', process.execPath, [at('node_modules/eslint/bin/eslint.js'), '.'])
  await nodeTests(suite, 'Tidiness', 'tests/tidy')
  await nodeTests(suite, 'Packages for shops', 'tests/packages')
}

/** The Rust tests that run natively, and with them everything native that later steps start. */
export async function nativeTests(suite) {
  await suite.check('What runs natively compiles', compileNatively)
  const files = testFiles(...readdirSync(at('crates')).map(crate => `crates/${crate}`))
  await suite.runner('Native tests', 'cargo', nativeTest('--lib', '--bins', ...files), cargoCounts)
}

/** The simulation and the exhaustive check. */
export async function simulations(suite) {
  await simulationTests(suite, cargoCounts)
  await exhaustiveTests(suite, cargoCounts)
}

/** A card that is not ours. */
export const foreignCard = suite => foreignCardTests(suite, cargoCounts)

/** The tests of the wallet and of the readers in headless Chromium. */
export async function browserTests(suite) {
  const browser = await findBrowser()
  const driver = findChromedriver()
  if (!driver)
    return suite.skip(
      'Wallet and readers in Chromium',
      'chromedriver is not here; on Debian it comes with Chromium, elsewhere CHROMEDRIVER names it.',
    )
  await webAssemblyTests(suite, 'Chromium', {
    ...browserEnvironment(browser),
    CHROME_BIN: browser,
    CHROMEDRIVER: driver,
    GECKODRIVER: undefined,
  })
}

/** The same in headless Firefox, and what the extension is tried at there. */
export async function firefoxTests(suite) {
  const firefox = await findFirefox()
  if (firefox.missing) return suite.skip('Firefox', firefox.missing, 'firefox')
  const settings = webdriverFile(firefox.browser)
  await webAssemblyTests(suite, 'Firefox', { ...firefox.env, GECKODRIVER: firefox.driver, WASM_BINDGEN_TEST_WEBDRIVER_JSON: settings })
  await nodeTests(suite, 'A purchase and payments in Firefox', 'tests/firefox')
}

/**
 * What `wasm-pack test` starts, too: wasm-bindgen's runner, which finds its browser by these settings. The libraries below are those
 * of the worker of local runs, as far as they want the same features.
 */
async function webAssemblyTests(suite, browser, settings) {
  await ensureBindgen()
  const env = {
    ...workerFlags(),
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: 'wasm-bindgen-test-runner',
    WASM_BINDGEN_TEST_ONLY_WEB: '1',
    // Of all tests of a crate together; native tests run beside them.
    WASM_BINDGEN_TEST_TIMEOUT: '600',
    ...settings,
  }
  // Both at once, for Cargo compiles the libraries below a crate anew if it is asked for alone.
  const test = ['test', '--profile', 'local', ...WASM, '-p', 'tallystick-wasm', '-p', 'tallystick-readers', '--tests', '--no-fail-fast']
  await suite.runner(`Wallet and readers in ${browser}`, 'cargo', test, cargoCounts, { env })
}

/** What others made says of ours: of the card behind PC/SC, of what is said to banks, mail servers and shops. */
export async function foreignTools(suite) {
  await nodeTests(suite, 'Card and standard tools', 'tests/card-tools')
  await nodeTests(suite, 'Secure messaging and another host', 'tests/secure-channel')
  await nodeTests(suite, 'ISO 20022 and other libraries', 'tests/iso20022')
  await nodeTests(suite, 'Mail and another server', 'tests/mail')
  await nodeTests(suite, "Merchant API and another's description checker", 'tests/merchant-api')
}

/** The parties on workerd, and the whole in Chromium. */
export async function systemTests(suite) {
  await twoAtATime(suite, 'Parties on workerd', 'tests/worker')
  await twoAtATime(suite, 'End to end in Chromium', 'tests/e2e')
}

/** Two files at a time, for most of what they do is wait; but only one has the device of the virtual card. */
async function twoAtATime(suite, title, folder) {
  const files = testsIn(folder).map(file => ({ file, excludes: readFileSync(file, 'utf8').includes('/virtual-card.mjs') }))
  await suite.runners(title, files, file => [process.execPath, [...NODE_TESTS, file]], nodeCounts)
}

/** What waits for something that never comes fails by name, long before it stops everything. */
const NODE_TESTS = ['--test', '--test-concurrency=1', '--test-timeout=900000', '--test-reporter=spec']

async function nodeTests(suite, title, folder) {
  const files = testsIn(folder)
  if (files.length > 0) await suite.runner(title, process.execPath, [...NODE_TESTS, ...files], nodeCounts)
}

function testsIn(folder) {
  const names = existsSync(at(folder)) ? readdirSync(at(folder)) : []
  const tests = names.filter(name => name.endsWith('.test.mjs')).sort()
  return tests.map(name => at(folder, name))
}
