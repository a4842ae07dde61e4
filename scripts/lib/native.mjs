// What runs natively in tests and in the demo: one build of it all. Cargo chooses the features of a crate by all crates that are
// asked for together; whoever asked for one alone would have the libraries below it compiled anew for other features.
import { existsSync, readdirSync } from 'node:fs'
import { must } from './command.mjs'
import { at } from './paths.mjs'
import { step } from './say.mjs'

/** What runs only in a browser or on workerd. */
export const WASM_ONLY = ['tallystick-wasm', 'tallystick-software-card', 'tallystick-readers', 'tallystick-worker', 'tallystick-bench']

/** Every crate that runs natively, as Cargo takes it. */
export const EVERY_CRATE = ['--workspace', ...WASM_ONLY.flatMap(crate => ['--exclude', crate]), '--all-features']

const PROFILE = 'native'
const BUILD = ['--profile', PROFILE, ...EVERY_CRATE]

const OFFLINE = { offline: 'cargo could not fetch the crates' }

/** Tests, programs, and the examples that other tests start; the rest of them are measured. */
const STARTED = ['contactless', 'home_session', 'iso20022', 'mail']
const EVERYTHING = ['--lib', '--bins', '--tests', ...STARTED.flatMap(name => ['--example', name])]
/** Where an example or a test is among what is built, Cargo counts the features that tests need; so that a program alone has the same. */
const AS_FOR_TESTS = ['--example', 'contactless']

/** Arguments of `cargo test` for tests of that build, of these targets. */
export const nativeTest = (...targets) => ['test', ...BUILD, ...targets, '--no-fail-fast']

/** Compiles all of it. */
export const compileNatively = () =>
  must('cargo', ['build', '--quiet', ...BUILD, ...EVERYTHING], 'What runs natively does not compile; the errors are above.', OFFLINE)

/** The targets of `cargo test` for the files of tests of the crates in these folders. */
export const testFiles = (...folders) =>
  folders.flatMap(folder => {
    const names = existsSync(at(folder, 'tests')) ? readdirSync(at(folder, 'tests')) : []
    const targets = names.filter(name => name.endsWith('.rs') || existsSync(at(folder, 'tests', name, 'main.rs')))
    return targets.flatMap(name => ['--test', name.replace(/\.rs$/, '')])
  })

const built = new Map()

/** Builds a program, once in this process; resolves to its path. `what` it is called to whoever waits. */
export const nativeProgram = (name, what) => once(name, ['--bin', name, ...AS_FOR_TESTS], what, [])

/** Builds an example of a crate, once in this process; resolves to its path. */
export const nativeExample = (name, what) => once(name, ['--example', name], what, ['examples'])

function once(name, target, what, folder) {
  if (!built.has(name)) built.set(name, build(name, target, what, folder))
  return built.get(name)
}

async function build(name, target, what, folder) {
  await step(`Building ${what}`, () =>
    must(
      'cargo',
      ['build', '--quiet', ...BUILD, ...target],
      `What should be built does not compile: ${what}. The errors are above.`,
      OFFLINE,
    ),
  )
  return at(process.env.CARGO_TARGET_DIR ?? 'target', PROFILE, ...folder, name)
}
