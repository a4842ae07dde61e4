// Others' ISO 20022, from PyPI, beside ours: tests/iso20022/judge.py.
import { attempt } from './command.mjs'
import { nativeExample } from './native.mjs'
import { at } from './paths.mjs'
import { pythonWith } from './pypi.mjs'
import { Stop } from './say.mjs'

/** Why nobody can judge here, as a sentence; or the judge. Brings it where it is missing. */
export async function findJudge() {
  const python = await pythonWith('iso20022', 'tests/iso20022/requirements.txt', 'others’ ISO 20022')
  if (!python) return { missing: 'The judges of ISO 20022 need Python 3.10 with pip, which is not here and could not be had from Debian.' }
  // Reads and writes by others' code; what breaks a schema throws.
  return { judge: converter(() => python.program, [at('tests/iso20022/judge.py')], python.env) }
}

/** Reads and writes by our code. */
export const ours = converter(() => nativeExample('iso20022', 'our ISO 20022'), [], {})

function converter(toProgram, first, env) {
  const run = async (verb, kind, input) => {
    const program = await toProgram()
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
