// The simulation: built with a profile of its own, fast and without the minutes that the smallest code takes.
import { spawn } from 'node:child_process'
import { resolve as path } from 'node:path'
import { attempt, environment, must } from './command.mjs'
import { root } from './paths.mjs'
import { step } from './say.mjs'

export const CRATE = 'tallystick-simulation'
export const PROFILE = 'simulation'

/** All simulations of `npm test` together, in seconds; and what random runs get of it at least and at most. */
const TIME = { all: 240, least: 30, most: 120 }

/** Builds the program and returns its path. */
async function build() {
  await step('Building the simulation', () =>
    must('cargo', ['build', '--quiet', '--profile', PROFILE, '-p', CRATE], 'The simulation does not compile; the errors are above.', {
      offline: 'cargo could not fetch the crates',
    }),
  )
  return path(root, process.env.CARGO_TARGET_DIR ?? 'target', PROFILE, CRATE)
}

/** Runs it with these arguments, its output as it comes. Resolves to the exit code. */
export async function simulate(args) {
  const program = await build()
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd: root, env: environment(), stdio: 'inherit' })
    child.on('error', () => resolve(127))
    child.on('close', code => resolve(code ?? 1))
  })
}

/** The runs of `npm test`: as many seeds as there is time for, from the first one on. They count as one test. */
export async function simulationTests(suite, count) {
  const tests = ['test', '--profile', PROFILE, '-p', CRATE, '--all-targets']
  // Whether it compiles is for the tests to say: they are counted.
  await attempt('cargo', [...tests, '--quiet', '--no-run'])
  const since = Date.now()
  await suite.runner('Simulation: its own tests', 'cargo', [...tests, '--no-fail-fast'], count)
  const program = await build()
  const left = TIME.all - Math.ceil((Date.now() - since) / 1000)
  const seconds = Math.min(Math.max(left, TIME.least), TIME.most)
  await suite.runner(
    'Simulation: random runs',
    program,
    ['--for', `${seconds}s`, '--bank', 'some', '--between', 'some', '--home', 'some', '--coupons', 'some'],
    seedCounts,
  )
}

/** "Simulation: 212 seeds held, 0 failed; …" */
const seedCounts = output => {
  const [, held, failed] = output.match(/Simulation: (\d+) seeds held, (\d+) failed/) ?? [0, 0, 1]
  return { passed: Number(held) > 0 && Number(failed) === 0 ? 1 : 0, failed: Number(failed) }
}
