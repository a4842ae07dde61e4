// Builds the parties' worker: for deployments as Cloudflare's own tool does, for local runs quickly.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from './command.mjs'
import { at } from './paths.mjs'
import { workerFlags } from './rust-flags.mjs'
import { step } from './say.mjs'
import { RUST, digest, isFresh, stamp } from './stamps.mjs'
import { ensureBindgen, ensureWorkerBuild, workerBuildEnvironment } from './tools.mjs'

/** The folder of the worker of local runs: all roles, built in a fraction of the time. */
export const LOCAL_WORKER = at('worker/build/local')

const inputs = [
  ...RUST,
  'crates/card',
  'crates/parties',
  'crates/sealing',
  'crates/wallet',
  'worker/Cargo.toml',
  'worker/src',
  'worker/local.js',
  // A shop answers with the description of its API.
  'docs/openapi',
  'scripts/lib/worker.mjs',
]

const NOT_COMPILED = { sentence: 'The worker does not compile; the errors are above.', offline: 'cargo could not fetch the crates' }

/** Builds the worker as it is deployed: of one role, or of all to be measured. Resolves to its folder, worker/build/ROLE. */
export async function buildWorker(role = 'all-roles') {
  const folder = at('worker/build', role)
  const current = digest(inputs, [role])
  if (isFresh(`worker-${role}`, `${folder}/index.js`, current)) return folder
  await ensureWorkerBuild()
  await step(`Building the parties' worker (${role})`, () =>
    must('worker-build', ['--release', '--out-dir', `build/${role}`, '--no-default-features', '--features', role], NOT_COMPILED.sentence, {
      cwd: at('worker'),
      env: { ...workerBuildEnvironment(), ...workerFlags() },
      offline: NOT_COMPILED.offline,
    }),
  )
  stamp(`worker-${role}`, current)
  return folder
}

/** Builds the worker of all roles for `npm start` and the tests: Cargo's profile `local`. Resolves to its folder. */
export async function buildLocalWorker() {
  const current = digest(inputs)
  if (isFresh('worker-local', join(LOCAL_WORKER, 'index.js'), current)) return LOCAL_WORKER
  await step("Building the parties' worker", localWorker)
  stamp('worker-local', current)
  return LOCAL_WORKER
}

async function localWorker() {
  const args = ['build', '--quiet', '--profile', 'local', '--target', 'wasm32-unknown-unknown', '-p', 'tallystick-worker']
  await must('cargo', args, NOT_COMPILED.sentence, { env: workerFlags(), offline: NOT_COMPILED.offline })
  const module = join(process.env.CARGO_TARGET_DIR ?? at('target'), 'wasm32-unknown-unknown/local/tallystick_worker.wasm')
  await ensureBindgen()
  const bound = at('worker/build/bound')
  // What the `worker` crate expects, so that the local worker also begins anew after a panic.
  const recovery = ['--experimental-reset-state-function', '--force-enable-abort-handler']
  await must(
    'wasm-bindgen',
    ['--target', 'module', '--no-typescript', ...recovery, '--out-dir', bound, '--out-name', 'index', module],
    'wasm-bindgen could not make the bindings of the worker.',
  )
  await mkdir(LOCAL_WORKER, { recursive: true })
  await writeFile(join(LOCAL_WORKER, 'index.js'), await bundled(bound))
  await writeFile(join(LOCAL_WORKER, 'index_bg.wasm'), await readFile(join(bound, 'index_bg.wasm')))
  await rm(bound, { recursive: true, force: true })
}

/** worker/local.js and the bindings as one script. */
async function bundled(bound) {
  const esbuild = await import('esbuild')
  const {
    outputFiles: [script],
  } = await esbuild.build({
    entryPoints: [at('worker/local.js')],
    alias: { bindings: join(bound, 'index.js') },
    bundle: true,
    format: 'esm',
    external: ['*/index_bg.wasm', 'cloudflare:*'],
    write: false,
  })
  // workerd takes a module of WebAssembly by a plain import.
  return script.text.replaceAll('import source ', 'import ')
}
