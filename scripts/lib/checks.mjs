// The steps of `npm run check` and `npm test`.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { buildWasm, checkWasmSizes } from './builds.mjs'
import { browserEnvironment, findBrowser, findChromedriver } from './browser.mjs'
import { attempt, environment, which } from './command.mjs'
import { CRATE as EXHAUSTIVE, exhaustiveTests } from './exhaustive.mjs'
import { findFirefox, webdriverFile } from './firefox.mjs'
import { foreignCardTests } from './foreign-card.mjs'
import { at } from './paths.mjs'
import { withoutOurPaths } from './rust-flags.mjs'
import { Stop } from './say.mjs'
import { CRATE, simulationTests } from './simulation.mjs'
import { cargoCounts, nextestCounts, nodeCounts } from './suite.mjs'
import { ensureWasmPack } from './tools.mjs'

const WASM = ['--target', 'wasm32-unknown-unknown']
/** What runs only in a browser or on workerd: linted and tested for WebAssembly, not natively. */
const WASM_ONLY = ['tallystick-wasm', 'tallystick-software-card', 'tallystick-readers', 'tallystick-worker', 'tallystick-bench']
const NATIVE = ['--workspace', ...WASM_ONLY.flatMap(crate => ['--exclude', crate])]

/** WebAssembly that only tests run: fast enough, and built in a fraction of the time that what is shipped takes. */
const TESTED = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '2',
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  // Of all tests of a crate together; native tests run beside them.
  WASM_BINDGEN_TEST_TIMEOUT: '600',
  WASM_BINDGEN_TEST_TIMEOUT: '120',
}

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

/**
 * Formatting and lints of Rust, natively and for WebAssembly, and that each role compiles alone. `targets`: of what, as Cargo names
 * it; `npm test` compiles the tests anyway, and leaves their lints, which take as long again, to `npm run check`.
 */
export async function rustChecks(suite, targets = ['--all-targets']) {
  await suite.command('Formatting', 'cargo', ['fmt', '--all', '--check'])
  await suite.command('Formatting of the foreign card', 'cargo', ['fmt', '--manifest-path', at('tests/foreign-card/Cargo.toml'), '--check'])
  await suite.command('Clippy', 'cargo', ['clippy', '--quiet', ...NATIVE, ...targets, '--all-features', '--', '-D', 'warnings'])
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

/** The Rust tests that run natively. Examples are measured, not tested; that they compile says Clippy. */
export async function nativeTests(suite) {
  const native = [...NATIVE, '--exclude', CRATE, '--exclude', EXHAUSTIVE, '--all-features', '--lib', '--bins', '--tests', '--no-fail-fast']
  if (which('cargo-nextest')) {
    // Each by its name, for some show a statement of the documents.
    const said = ['--hide-progress-bar', '--status-level', 'pass', '--final-status-level', 'fail']
    await suite.runner('Native tests', 'cargo', ['nextest', 'run', ...native, ...said], nextestCounts)
  } else {
    await suite.runner('Native tests', 'cargo', ['test', ...native], cargoCounts)
  }
}

/** What has a build of its own: simulation and exhaustive check, in their profile, and a card that is not ours. */
export async function nativeTestsApart(suite) {
  await simulationTests(suite, cargoCounts)
  await exhaustiveTests(suite, cargoCounts)
  await foreignCardTests(suite, cargoCounts)
}

/** The tests of the wallet and of the readers in headless Chromium. */
export async function browserTests(suite) {
  await ensureWasmPack()
  const browser = await findBrowser()
  const driver = findChromedriver()
  const env = { ...browserEnvironment(browser), ...withoutOurPaths(), ...TESTED, CHROME_BIN: browser }
  // Without a chromedriver here, wasm-pack brings one itself.
  if (driver) env.PATH = `${dirname(driver)}:${environment().PATH}`
  const wasmPack = folder => ['test', '--headless', '--chrome', ...(driver ? ['--chromedriver', driver] : []), '--release', folder]
  await suite.runner('Wallet tests in Chromium', 'wasm-pack', wasmPack('wasm'), cargoCounts, { env })
  await suite.runner('Reader tests in Chromium', 'wasm-pack', wasmPack('wasm/reader'), cargoCounts, { env })
}

/** The same in headless Firefox, and what the extension is tried at there. */
export async function firefoxTests(suite) {
  const firefox = await findFirefox()
  if (firefox.missing) return suite.skip('Firefox', firefox.missing, 'firefox')
  const env = {
    ...firefox.env,
    ...withoutOurPaths(),
    ...TESTED,
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverFile(firefox.browser),
  }
  const wasmPack = folder => ['test', '--headless', '--firefox', '--geckodriver', firefox.driver, '--release', folder]
  await suite.runner('Wallet tests in Firefox', 'wasm-pack', wasmPack('wasm'), cargoCounts, { env })
  await suite.runner('Reader tests in Firefox', 'wasm-pack', wasmPack('wasm/reader'), cargoCounts, { env })
  await nodeTests(suite, 'A purchase and payments in Firefox', 'tests/firefox')
}

/** The card behind PC/SC, the parties on workerd, and the whole in Chromium. */
export async function systemTests(suite) {
  await nodeTests(suite, 'Card and standard tools', 'tests/card-tools')
  await nodeTests(suite, 'Secure messaging and another host', 'tests/secure-channel')
  await nodeTests(suite, 'ISO 20022 and other libraries', 'tests/iso20022')
  await nodeTests(suite, 'Mail and another server', 'tests/mail')
  await nodeTests(suite, "Merchant API and another's description checker", 'tests/merchant-api')
  await twoAtATime(suite, 'Parties on workerd', 'tests/worker')
  await twoAtATime(suite, 'End to end in Chromium', 'tests/e2e')
}

/** Two files at a time, for most of what they do is wait; but whoever has the device of the virtual card has it alone. */
async function twoAtATime(suite, title, folder) {
  const files = testsIn(folder).map(file => ({ file, alone: readFileSync(file, 'utf8').includes('/virtual-card.mjs') }))
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
