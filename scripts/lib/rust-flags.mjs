// Keeps this machine's folders out of what Rust builds, so that everybody builds the same bytes.
import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { environment } from './command.mjs'
import { root } from './paths.mjs'

/** Rust's values are copied 16 bytes at a time, which takes 2 % less code. */
const WIDE_COPIES = '-Ctarget-feature=+simd128'

const NAME = 'CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS'

let known

/** As {@link withoutOurPaths}, and with what makes the wallet's modules smaller still. */
export function walletFlags() {
  return { [NAME]: `${withoutOurPaths()[NAME]} ${WIDE_COPIES}` }
}

/**
 * As {@link withoutOurPaths}, for the parties' worker. RUSTFLAGS takes the place of what
 * .cargo/config.toml says, which makes ciphers and hashes small for the wallet, and slow.
 */
export function workerFlags() {
  return { RUSTFLAGS: `--cfg=web_sys_unstable_apis ${withoutOurPaths()[NAME]}` }
}

/**
 * Environment for building to WebAssembly. Panic messages name source files; these flags for rustc,
 * beside those of .cargo/config.toml, make the names the same wherever crates, standard library and
 * repository are. Cargo splits the flags at spaces, so a path with a space stays as it is.
 */
export function withoutOurPaths() {
  known ??= { [NAME]: flags() }
  return known
}

function flags() {
  const ask = args => execFileSync('rustc', args, { cwd: root, env: environment(), encoding: 'utf8' }).trim()
  const commit = ask(['-vV']).match(/^commit-hash: (\w+)$/m)?.[1]
  const names = [
    [process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'cargo'],
    // With the standard library's sources installed rustc names those, otherwise their commit.
    [join(ask(['--print', 'sysroot']), 'lib/rustlib/src/rust'), `/rustc/${commit}`],
    [root, 'tallystick'],
  ]
  const ours = names.filter(pair => !pair.join('').includes(' ')).map(([path, name]) => `--remap-path-prefix=${path}=${name}`)
  return [process.env[NAME], ...ours].filter(Boolean).join(' ')
}
