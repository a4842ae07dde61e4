// The exhaustive check: two purses and a bank, every state that they can come to. Built as the simulation is.
import { spawn } from 'node:child_process'
import { resolve as path } from 'node:path'
import { environment, must } from './command.mjs'
import { root } from './paths.mjs'
import { step } from './say.mjs'
import { PROFILE } from './simulation.mjs'

export const CRATE = 'tallystick-exhaustive'

/** Builds the program and returns its path. */
async function build() {
  await step('Building the exhaustive check', () =>
    must('cargo', ['build', '--quiet', '--profile', PROFILE, '-p', CRATE], 'The exhaustive check does not compile; the errors are above.', {
      offline: 'cargo could not fetch the crates',
    }),
  )
  return path(root, process.env.CARGO_TARGET_DIR ?? 'target', PROFILE, CRATE)
}

/** Explores the full scope, its output as it comes. Resolves to the exit code. */
export async function exhaustive(args) {
  const program = await build()
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd: root, env: environment(), stdio: 'inherit' })
    child.on('error', () => resolve(127))
    child.on('close', code => resolve(code ?? 1))
  })
}

/** Every state of the quick scope, and that what is planted is found. */
export async function exhaustiveTests(suite, count) {
  const tests = ['test', '--profile', PROFILE, '-p', CRATE, '--tests', '--no-fail-fast']
  await suite.runner('Two purses and a bank: what is planted is found', 'cargo', tests, count)
  await suite.runner('Two purses and a bank: every state', await build(), ['quick'], scopeCounts)
}

/** "Exhaustive: 2 scopes held, 0 failed; …" */
const scopeCounts = output => {
  const [, held, failed] = output.match(/Exhaustive: (\d+) scopes? held, (\d+) failed/) ?? [0, 0, 1]
  return { passed: Number(held), failed: Number(failed) }
}
