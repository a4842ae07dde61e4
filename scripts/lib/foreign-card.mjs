// The card that is not ours (tests/foreign-card), and the host side of ours with it.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { attempt, must } from './command.mjs'
import { isDebian, unpackFromDebian, unpackedEnvironment } from './debian.mjs'
import { at, toolsFolder } from './paths.mjs'
import { step } from './say.mjs'

const TITLE = 'A PIV card that is not ours'
const unpacked = join(toolsFolder, 'libclang')

/** Runs them where they can be built: the foreign card's file system is C, and its bindings are made with libclang. */
export async function foreignCardTests(suite, count) {
  const env = await clangEnvironment()
  if (!env) {
    suite.skip(TITLE, 'building it needs libclang, which is not here and could not be fetched from Debian.')
    return
  }
  const manifest = at('tests/foreign-card/Cargo.toml')
  await suite.runner(TITLE, 'cargo', ['test', '--locked', '--manifest-path', manifest, '--no-fail-fast'], count, {
    env: { ...env, CARGO_TARGET_DIR: at('target/foreign-card') },
  })
}

/** Where libclang is, for bindgen; undefined if it is nowhere. */
async function clangEnvironment() {
  const found = process.env.LIBCLANG_PATH ?? libclang('/usr/lib')
  if (found) return { LIBCLANG_PATH: found, ...(await headers()) }
  if (!libclang(unpacked)) {
    if (!isDebian()) return undefined
    await step('Fetching libclang from Debian into .tools', () => unpackFromDebian(['libclang1'], unpacked))
  }
  const own = libclang(unpacked)
  return own && { LIBCLANG_PATH: own, ...unpackedEnvironment(unpacked), ...(await headers()) }
}

/** Without clang itself its headers are missing; the C compiler's do. */
async function headers() {
  const { code } = await attempt('clang', ['--version'])
  if (code === 0) return {}
  const folder = (await must('cc', ['-print-file-name=include'], 'The C compiler does not say where its headers are.')).trim()
  return { BINDGEN_EXTRA_CLANG_ARGS: `-I${folder}` }
}

/** The folder of a libclang somewhere below, three levels deep as Debian and others have it; or undefined. */
function libclang(folder, depth = 3) {
  if (!existsSync(folder)) return undefined
  const entries = readdirSync(folder, { withFileTypes: true })
  const file = entries.find(({ name }) => /^libclang(-[\d.]+)?\.so/.test(name) && existsSync(join(folder, name)))
  if (file) return dirname(join(folder, file.name))
  if (depth === 0) return undefined
  const wanted = entries.filter(entry => entry.isDirectory() && /^(usr|lib|lib64|llvm.*|.*-linux-gnu)$/.test(entry.name))
  return wanted.map(({ name }) => libclang(join(folder, name), depth - 1)).find(Boolean)
}
