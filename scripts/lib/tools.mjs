// The Rust tools: looked for, and where missing installed into .tools for this repository alone.
import { existsSync } from 'node:fs'
import { at, toolsFolder } from './paths.mjs'
import { attempt, must, which } from './command.mjs'
import { Stop, step } from './say.mjs'

/** Exact versions: wasm-bindgen must equal the one in Cargo.lock. */
const BINDGEN = { name: 'wasm-bindgen', crate: 'wasm-bindgen-cli', version: '0.2.130', flags: ['--no-default-features'] }
const WORKER_BUILD = { name: 'worker-build', crate: 'worker-build', version: '0.8.7', flags: [] }
/** Mozilla's own: how tests reach Firefox. */
const GECKODRIVER = { name: 'geckodriver', crate: 'geckodriver', version: '0.37.0', flags: ['--locked'] }

/** These tools wait for others most of their time: optimising them would take longer than they ever run. */
const QUICK = { CARGO_PROFILE_RELEASE_OPT_LEVEL: '0', CARGO_PROFILE_RELEASE_LTO: 'off' }

const TARGET = 'wasm32-unknown-unknown'

/** Makes sure of all tools for building. */
export async function ensureTools() {
  await ensureRust()
  await ensureBindgen()
}

let bindgen

/** Makes sure of what makes the bindings of WebAssembly; whoever needs it waits for the same. */
export function ensureBindgen() {
  bindgen ??= ensureTool(BINDGEN)
  return bindgen
}

/** Makes sure of what only deployments and measurements are built with. */
export async function ensureWorkerBuild() {
  await ensureTools()
  await ensureTool(WORKER_BUILD)
}

/** Makes sure of what tests in Firefox speak WebDriver with. */
export async function ensureGeckodriver() {
  await ensureRust()
  await ensureTool(GECKODRIVER)
}

/** Rust itself, its WebAssembly target and a C compiler. */
export async function ensureRust() {
  if (!which('cargo')) throw new Stop('Rust is missing: install it with rustup, as https://rustup.rs says, and try again.')
  if (!which('cc') && !which('gcc') && !which('clang')) {
    throw new Stop('A C compiler is missing: install gcc or clang (on Debian: apt install build-essential) and try again.')
  }
  if (!which('rustup')) return // another kind of installation: it has the target or the build says so
  const installed = await attempt('rustup', ['target', 'list', '--installed'])
  if (installed.code === 0 && installed.output.split('\n').includes(TARGET)) return
  await step('Installing the Rust toolchain', () =>
    must('rustup', ['target', 'add', TARGET], `rustup could not install the target ${TARGET}.`, {
      offline: 'rustup could not fetch the Rust toolchain',
    }),
  )
}

async function ensureTool({ name, crate, version, flags }) {
  const found = which(name)
  if (found) {
    const { output } = await attempt(found, ['--version'])
    if (output.split(/\s+/).includes(version)) return
  }
  await step(`Building ${crate} ${version}, once`, () =>
    must(
      'cargo',
      ['install', '--quiet', '--root', toolsFolder, '--version', version, ...flags, crate],
      `cargo could not install ${crate}.`,
      {
        offline: `cargo could not fetch ${crate}`,
        env: QUICK,
      },
    ),
  )
}

/** The environment that keeps worker-build from downloading helpers of its own. */
export function workerBuildEnvironment() {
  const esbuild = at(`node_modules/@esbuild/${process.platform}-${process.arch}/bin/esbuild`)
  return {
    WASM_BINDGEN_BIN: which('wasm-bindgen') ?? '',
    WASM_OPT_BIN: at('node_modules/binaryen/bin/wasm-opt'),
    ESBUILD_BIN: existsSync(esbuild) ? esbuild : at('node_modules/.bin/esbuild'),
  }
}
