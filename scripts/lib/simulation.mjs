// The simulation, of what is built natively.
import { spawn } from 'node:child_process'
import { environment } from './command.mjs'
import { nativeProgram, nativeTest, testFiles } from './native.mjs'
import { root } from './paths.mjs'

const CRATE = 'tallystick-simulation'

/** All simulations of `npm test` together, in seconds; and what random runs get of it at least and at most. */
const TIME = { all: 240, least: 30, most: 120 }

const build = () => nativeProgram(CRATE, 'the simulation')

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
  const since = Date.now()
  await suite.runner('Simulation: its own tests', 'cargo', nativeTest(...testFiles('tests/simulation')), count)
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
