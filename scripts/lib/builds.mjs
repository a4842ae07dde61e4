// Builds what changed: the wallet's WebAssembly, the worker, the extension, the pages.
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { must, sideBySide } from './command.mjs'
import { firefoxManifest } from './firefox-manifest.mjs'
import { at, extensionFolder, firefoxFolder } from './paths.mjs'
import { walletFlags } from './rust-flags.mjs'
import { Stop, step } from './say.mjs'
import { PARTIES } from './secrets.mjs'
import { RUST, digest, isFresh, stamp } from './stamps.mjs'
import { ensureBindgen } from './tools.mjs'
import { buildLocalWorker } from './worker.mjs'

/** The roles, in the order in which the demo's parties start. */
export const ROLES = [...new Set(PARTIES.map(({ role }) => role))]

/** The wallet's modules of WebAssembly, and what each may take in bytes: a person downloads them with the extension. The card's holds Argon2id, which makes each guess at a copied card's PIN dear, for purses what verifies certificates and signatures of both kinds, and for what is lent from home everything from an agreement on keys to records: both ends of it are a card's. */
const WASM_MODULES = [
  // A fence, not the bound: that is how fast the wallet wakes, which the benchmark measures; half a megabyte more costs a blink.
  { what: 'the wallet', crate: 'tallystick-wasm', folder: 'wasm', raw: 2_230_000, gzipped: 712_000 },
  { what: 'the software card', crate: 'tallystick-software-card', folder: 'wasm/card', raw: 1_050_000, gzipped: 330_000 },
  { what: 'the card readers', crate: 'tallystick-readers', folder: 'wasm/reader', raw: 155_000, gzipped: 62_000 },
]

/** What rustc's target uses, all of it in Chromium since long before 120. */
const WASM_FEATURES = [
  'bulk-memory',
  'bulk-memory-opt',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
  'call-indirect-overlong',
  'simd',
].map(feature => `--enable-${feature}`)

/** Rust's linker puts the stack first, so the first kilobyte is its far end, which nothing uses: offsets then fit into the instructions. */
const STACK_FIRST = '--low-memory-unused'

const web = ['package-lock.json', 'svelte.config.js', 'tsconfig.json']

/**
 * Builds everything that changed, what does not need the other side by side: link-time optimisation
 * keeps one processor busy, and most machines have two.
 */
export async function buildAll() {
  await sideBySide(
    ensureBindgen,
    async () => {
      await buildWasm()
      await buildExtension()
      await buildFirefoxExtension()
    },
    buildLocalWorker,
    () => buildPages(),
  )
}

/** Builds the wallet into wasm/pkg, the software card into wasm/card/pkg, the readers into wasm/reader/pkg. */
export async function buildWasm() {
  const current = digest([...RUST, 'crates/card', 'crates/reader', 'crates/sealing', 'crates/wallet', 'wasm'])
  const stale = WASM_MODULES.filter(({ crate, folder }) => !isFresh(crate, moduleFile(crate, folder), current))
  // Cargo compiles one at a time; the one before is shrunk meanwhile.
  let turn = Promise.resolve()
  await sideBySide(
    ...stale.map(({ what, crate, folder }) => async () => {
      turn = turn.then(() => step(`Building ${what} (Rust to WebAssembly)`, () => compile(crate)))
      const compiled = await turn
      await step(`Shrinking ${what}`, () => shrink(compiled, at(folder, 'pkg')))
      stamp(crate, current)
    }),
  )
}

const moduleFile = (crate, folder) => at(folder, 'pkg', `${crate.replaceAll('-', '_')}_bg.wasm`)

/** Builds what `npm run bench` measures of the wallet, as the wallet is built, into dist/bench/wasm. */
export async function buildBenchWasm() {
  const outDir = at('dist/bench/wasm')
  const current = digest([...RUST, 'crates/card', 'tests/bench/wasm'])
  if (isFresh('bench-wasm', `${outDir}/tallystick_bench_bg.wasm`, current)) return outDir
  await step("Building the benchmark's WebAssembly", () => compile('tallystick-bench').then(compiled => shrink(compiled, outDir)))
  stamp('bench-wasm', current)
  return outDir
}

/** Compiles a crate as the wallet is compiled; resolves to the module's file. */
async function compile(crate) {
  const args = ['build', '--quiet', '--profile', 'wallet', '--target', 'wasm32-unknown-unknown', '-p', crate]
  await must('cargo', args, 'The wallet does not compile; the errors are above.', {
    env: walletFlags(),
    offline: 'cargo could not fetch the crates',
  })
  return join(process.env.CARGO_TARGET_DIR ?? at('target'), `wasm32-unknown-unknown/wallet/${crate.replaceAll('-', '_')}.wasm`)
}

/** From a module to a smaller one with its bindings, for the web. */
async function shrink(module, outDir) {
  await ensureBindgen()
  await must('wasm-bindgen', ['--target', 'web', '--out-dir', outDir, module], 'wasm-bindgen could not make the bindings of the wallet.')
  const output = join(outDir, basename(module).replace(/\.wasm$/, '_bg.wasm'))
  const optimise = [
    at('node_modules/binaryen/bin/wasm-opt'),
    // What "-Oz" saves beyond it in bytes (6 %) it loses compressed (9 % more to download), and takes four times as long.
    '-O1',
    STACK_FIRST,
    ...WASM_FEATURES,
    '--strip-debug',
    '--strip-producers',
    output,
    '-o',
    output,
  ]
  await must(process.execPath, optimise, 'wasm-opt could not shrink the wallet.')
}

/** The sizes of the wallet's modules; refuses one that is over its limit. */
export async function checkWasmSizes() {
  const sizes = []
  for (const { what, crate, folder, ...limit } of WASM_MODULES) {
    const bytes = await readFile(moduleFile(crate, folder))
    const size = { raw: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length }
    const words = ({ raw, gzipped }) => `${kilobytes(raw)}, ${kilobytes(gzipped)} gzipped`
    const sentence = `${what} takes ${words(size)}, of at most ${words(limit)}`
    if (size.raw > limit.raw || size.gzipped > limit.gzipped) throw new Stop(`Too large: ${sentence}.`)
    sizes.push({ what, ...size, sentence })
  }
  return sizes
}

const kilobytes = bytes => `${(bytes / 1000).toFixed(1)} kB`

/** Builds the extension into dist/extension; `development` also serves http://*.localhost pages. */
export async function buildExtension({ development = true, outDir = extensionFolder } = {}) {
  const mode = development ? 'development' : 'production'
  const inputs = [...web, 'vite.config.ts', 'manifest.json', 'extension', 'scripts/lib/manifest-plugin.mjs', 'scripts/lib/chunks.mjs']
  const current = digest(inputs, [mode, outDir, await wasmDigest()])
  if (isFresh(`extension-${mode}`, `${outDir}/manifest.json`, current)) return outDir
  await step('Building the extension', () =>
    vite(['--mode', mode], { TALLYSTICK_OUT: outDir }, 'The extension does not build; the errors are above.'),
  )
  if (outDir === extensionFolder && existsSync(deploymentFile)) await copyFile(deploymentFile, `${outDir}/deployment.json`)
  stamp(`extension-${mode}`, current)
  return outDir
}

/** The extension of dist/extension for Firefox, into dist/extension-firefox: every file but the manifest is the same. */
export async function buildFirefoxExtension() {
  await rm(firefoxFolder, { recursive: true, force: true })
  await cp(extensionFolder, firefoxFolder, { recursive: true })
  const manifest = JSON.parse(await readFile(`${extensionFolder}/manifest.json`, 'utf8'))
  await writeFile(`${firefoxFolder}/manifest.json`, `${JSON.stringify(firefoxManifest(manifest), null, 2)}\n`)
  return firefoxFolder
}

async function wasmDigest() {
  return digest(WASM_MODULES.map(({ folder }) => `${folder}/pkg`))
}

/** Builds the pages of these roles into dist/pages/ROLE. */
export async function buildPages(roles = ROLES) {
  for (const role of roles) {
    const output = at('dist/pages', role)
    if (!['index.html', 'console.html'].some(page => existsSync(at('pages', role, page)))) {
      await emptyFolder(output)
      continue
    }
    const current = digest([...web, 'vite.pages.config.ts', 'pages/shared', `pages/${role}`, 'packages/page'])
    if (isFresh(`pages-${role}`, output, current)) continue
    await step(`Building the pages of the ${role}`, () =>
      vite(['--config', 'vite.pages.config.ts'], { TALLYSTICK_ROLE: role }, `The pages of the ${role} do not build; the errors are above.`),
    )
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

/** Tells the extension, for Chromium and for Firefox, which parties it belongs to: deployment.json beside its manifest. */
export async function writeDeployment(deployment) {
  await writeFile(deploymentFile, `${JSON.stringify(deployment, null, 2)}\n`)
  for (const folder of [extensionFolder, firefoxFolder]) await copyFile(deploymentFile, `${folder}/deployment.json`)
}
