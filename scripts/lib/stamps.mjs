// Remembers from which inputs something was built, so that nothing unchanged is built again.
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { at, stateFolder } from './paths.mjs'

/** What everything made of Rust depends on. */
export const RUST = [
  'Cargo.toml',
  'Cargo.lock',
  '.cargo/config.toml',
  'rust-toolchain.toml',
  'crates/codec',
  'crates/protocol',
  'scripts/lib/rust-flags.mjs',
]

const skipped = new Set(['node_modules', 'target', 'build', 'pkg', '.git'])

/** A digest of the contents of these files and folders of the repository, and of `words`. */
export function digest(inputs, words = []) {
  const hash = createHash('sha256').update(JSON.stringify(words))
  for (const input of inputs) for (const file of files(at(input))) hash.update(file).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

function* files(path) {
  if (!existsSync(path)) return
  if (!lstatSync(path).isDirectory()) return yield path
  for (const name of readdirSync(path).sort()) if (!skipped.has(name)) yield* files(join(path, name))
}

const stampFile = name => join(stateFolder, 'stamps', name)

/** Whether `output` exists and was last built from inputs with this digest. */
export function isFresh(name, output, inputDigest) {
  const file = stampFile(name)
  return existsSync(output) && existsSync(file) && readFileSync(file, 'utf8') === inputDigest
}

/** Remembers that `name` was built from inputs with this digest. */
export function stamp(name, inputDigest) {
  mkdirSync(dirname(stampFile(name)), { recursive: true })
  writeFileSync(stampFile(name), inputDigest)
}
