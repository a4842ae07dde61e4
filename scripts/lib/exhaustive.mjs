// The exhaustive check: two purses and a bank, every state that they can come to.
import { spawn } from 'node:child_process'
import { environment } from './command.mjs'
import { nativeProgram, nativeTest, testFiles } from './native.mjs'
import { root } from './paths.mjs'

const build = () => nativeProgram('tallystick-exhaustive', 'the exhaustive check')

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
  await suite.runner('Two purses and a bank: what is planted is found', 'cargo', nativeTest(...testFiles('tests/exhaustive')), count)
  await suite.runner('Two purses and a bank: every state', await build(), ['quick'], scopeCounts)
}

/** "Exhaustive: 2 scopes held, 0 failed; …" */
const scopeCounts = output => {
  const [, held, failed] = output.match(/Exhaustive: (\d+) scopes? held, (\d+) failed/) ?? [0, 0, 1]
  return { passed: Number(held), failed: Number(failed) }
}
