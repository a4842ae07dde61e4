// Others' libraries from PyPI, pinned, in a Python with pip: the machine's own or Debian's without root.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, must, which } from './command.mjs'
import { isDebian, unpackFromDebian, unpackedEnvironment } from './debian.mjs'
import { at, toolsFolder } from './paths.mjs'
import { step } from './say.mjs'

const unpacked = join(toolsFolder, 'python')
const PROBE = 'import sys; sys.exit(sys.version_info < (3, 10))'
const INSTALL = [
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

/** @typedef {{ program: string, env: Record<string, string> }} Python */

/**
 * A Python that sees what a file of requirements pins; nothing where there is none with pip. Brings both where they are missing.
 * @param {string} name the folder in .tools
 * @param {string} requirements path of the file in the repository
 * @param {string} what what is fetched, as it stands in sentences
 * @returns {Promise<Python | undefined>}
 */
export async function pythonWith(name, requirements, what) {
  const python = await findPython()
  if (!python) return undefined
  const folder = join(toolsFolder, name)
  const wanted = createHash('sha256')
    .update(readFileSync(at(requirements)))
    .digest('hex')
  const stamp = join(folder, 'requirements.sha256')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true })
    await step(`Fetching ${what} from PyPI into .tools`, () =>
      must(python.program, [...INSTALL, '--target', folder, '--requirement', at(requirements)], `pip could not fetch ${what}.`, {
        env: python.env,
        offline: `pip could not fetch ${what}`,
      }),
    )
    writeFileSync(stamp, wanted)
  }
  const path = [folder, python.env.PYTHONPATH].filter(Boolean).join(':')
  return { program: python.program, env: { ...python.env, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' } }
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
