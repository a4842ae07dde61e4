// Builds what changed: the wallet's WebAssembly, the worker, the extension, the pages.
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { must } from './command.mjs'
import { at, extensionFolder } from './paths.mjs'
import { withoutOurPaths } from './rust-flags.mjs'
import { Stop, step } from './say.mjs'
import { digest, isFresh, stamp } from './stamps.mjs'
import { workerBuildEnvironment } from './tools.mjs'

/** Roles of the demo, in the order in which they start. */
export const ROLES = ['ca', 'key-centre', 'shop', 'issuer', 'courier']

/** What the wallet shall take at most, in bytes: a person downloads it with the extension. Not reached yet. */
const WASM_GOAL = { raw: 600_000, gzipped: 220_000 }
/** What it may take until then: it gets smaller, and never larger again. */
const WASM_CEILING = { raw: 668_000, gzipped: 259_000 }

/** What rustc's target uses, all of it in Chromium since long before 120. */
const WASM_FEATURES = ['bulk-memory', 'bulk-memory-opt', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext', 'call-indirect-overlong', 'simd']
  .map(feature => `--enable-${feature}`)

/** Rust's values are copied 16 bytes at a time, which takes 2 % less code. worker-build does not allow it, so it is not in .cargo/config.toml. */
const WIDE_COPIES = '-Ctarget-feature=+simd128'

const rust = ['Cargo.toml', 'Cargo.lock', '.cargo/config.toml', 'rust-toolchain.toml', 'crates/codec', 'crates/protocol']
const web = ['package-lock.json', 'svelte.config.js', 'tsconfig.json']

/** Builds everything that changed. */
export async function buildAll() {
  await buildWasm()
  await buildWorker()
  await buildExtension()
  await buildPages()
}

/** Builds the wallet into wasm/pkg. */
export async function buildWasm() {
  const output = at('wasm/pkg/tallystick_wasm_bg.wasm')
  const current = digest([...rust, 'crates/card', 'crates/wallet', 'wasm'])
  if (!isFresh('wasm', output, current)) {
    await step('Building the wallet (Rust to WebAssembly)', () => wasmModule('tallystick-wasm', at('wasm/pkg')))
    stamp('wasm', current)
  }
}

/** Builds what `npm run bench` measures of the wallet, as the wallet is built, into dist/bench/wasm. */
export async function buildBenchWasm() {
  const outDir = at('dist/bench/wasm')
  const current = digest([...rust, 'crates/card', 'tests/bench/wasm'])
  if (isFresh('bench-wasm', `${outDir}/tallystick_bench_bg.wasm`, current)) return outDir
  await step("Building the benchmark's WebAssembly", () => wasmModule('tallystick-bench', outDir))
  stamp('bench-wasm', current)
  return outDir
}

/** From a crate to an optimised module with its bindings, for the web. */
async function wasmModule(crate, outDir) {
  const name = crate.replaceAll('-', '_')
  const args = ['build', '--quiet', '--release', '--target', 'wasm32-unknown-unknown', '-p', crate]
  await must('cargo', args, 'The wallet does not compile; the errors are above.', { env: walletFlags(), offline: 'cargo could not fetch the crates' })
  const module = join(process.env.CARGO_TARGET_DIR ?? at('target'), `wasm32-unknown-unknown/release/${name}.wasm`)
  await must('wasm-bindgen', ['--target', 'web', '--out-dir', outDir, module], 'wasm-bindgen could not make the bindings of the wallet.')
  const output = join(outDir, `${name}_bg.wasm`)
  const optimise = [at('node_modules/binaryen/bin/wasm-opt'), '-Oz', ...WASM_FEATURES, '--strip-debug', '--strip-producers', output, '-o', output]
  await must(process.execPath, optimise, 'wasm-opt could not shrink the wallet.')
}

const walletFlags = () => Object.fromEntries(Object.entries(withoutOurPaths()).map(([name, flags]) => [name, `${flags} ${WIDE_COPIES}`]))

/** Refuses a wallet that has grown over its ceiling, and says how far it is from the goal. */
export async function checkWasmSize(file = at('wasm/pkg/tallystick_wasm_bg.wasm')) {
  const bytes = await readFile(file)
  const gzipped = gzipSync(bytes, { level: 9 }).length
  const words = ({ raw, gzipped }) => `${kilobytes(raw)}, ${kilobytes(gzipped)} gzipped`
  const sizes = `the wallet's WebAssembly is ${words({ raw: bytes.length, gzipped })}`
  if (bytes.length > WASM_CEILING.raw || gzipped > WASM_CEILING.gzipped) {
    throw new Stop(`Too large: ${sizes}; it may not grow over ${words(WASM_CEILING)}.`)
  }
  return { bytes: bytes.length, gzipped, sentence: `${sizes}; the goal is ${words(WASM_GOAL)}` }
}

const kilobytes = bytes => `${(bytes / 1000).toFixed(1)} kB`

/** Builds the worker: of one role, or of all for the local workerd. Output: worker/build/ROLE. */
export async function buildWorker(role = 'all-roles') {
  const folder = at('worker/build', role)
  const current = digest([...rust, 'crates/parties', 'worker/Cargo.toml', 'worker/src'], [role])
  if (isFresh(`worker-${role}`, `${folder}/index.js`, current)) return folder
  await step(`Building the parties' worker (${role})`, () =>
    must('worker-build', ['--release', '--out-dir', `build/${role}`, '--no-default-features', '--features', role], 'The worker does not compile; the errors are above.', {
      cwd: at('worker'),
      env: { ...workerBuildEnvironment(), ...withoutOurPaths() },
      offline: 'cargo could not fetch the crates',
    }))
  stamp(`worker-${role}`, current)
  return folder
}

/** Builds the extension into dist/extension; `development` also serves http://*.localhost pages. */
export async function buildExtension({ development = true, outDir = extensionFolder } = {}) {
  const mode = development ? 'development' : 'production'
  const inputs = [...web, 'vite.config.ts', 'manifest.json', 'extension', 'scripts/lib/manifest-plugin.mjs']
  const current = digest(inputs, [mode, outDir, await wasmDigest()])
  if (isFresh(`extension-${mode}`, `${outDir}/manifest.json`, current)) return outDir
  await step('Building the extension', () => vite(['--mode', mode], { TALLYSTICK_OUT: outDir }, 'The extension does not build; the errors are above.'))
  if (outDir === extensionFolder && existsSync(deploymentFile)) await copyFile(deploymentFile, `${outDir}/deployment.json`)
  stamp(`extension-${mode}`, current)
  return outDir
}

async function wasmDigest() {
  const file = at('wasm/pkg/tallystick_wasm_bg.wasm')
  return existsSync(file) ? digest(['wasm/pkg/tallystick_wasm_bg.wasm', 'wasm/pkg/tallystick_wasm.js']) : 'none'
}

/** Builds the pages of these roles into dist/pages/ROLE. */
export async function buildPages(roles = ROLES) {
  for (const role of roles) {
    const output = at('dist/pages', role)
    if (!['index.html', 'console.html'].some(page => existsSync(at('pages', role, page)))) {
      await emptyFolder(output)
      continue
    }
    const current = digest([...web, 'vite.pages.config.ts', 'pages/shared', `pages/${role}`, 'shop-script'])
    if (isFresh(`pages-${role}`, output, current)) continue
    await step(`Building the pages of the ${role}`, () => vite(['--config', 'vite.pages.config.ts'], { TALLYSTICK_ROLE: role }, `The pages of the ${role} do not build; the errors are above.`))
    stamp(`pages-${role}`, current)
  }
}

/** wrangler wants the folder of pages to exist; a role without pages serves none. */
async function emptyFolder(output) {
  await rm(output, { recursive: true, force: true })
  await mkdir(output, { recursive: true })
}

async function vite(args, env, sentence) {
  await must(process.execPath, [at('node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn', ...args], sentence, { env })
}

const deploymentFile = at('.state/deployment.json')

/** Tells the extension which parties it belongs to: deployment.json beside its manifest. */
export async function writeDeployment(deployment) {
  await writeFile(deploymentFile, `${JSON.stringify(deployment, null, 2)}\n`)
  await copyFile(deploymentFile, `${extensionFolder}/deployment.json`)
}
