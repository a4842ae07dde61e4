// Another's checker of APIs, from PyPI, asks a running shop for everything that its description names.
import { attempt } from './command.mjs'
import { at } from './paths.mjs'
import { pythonWith } from './pypi.mjs'

const SETTINGS = 'tests/merchant-api/schemathesis.toml'

/** Why the API cannot be judged here, as a sentence; or who judges it. */
export async function findChecker() {
  const python = await pythonWith('merchant-api', 'tests/merchant-api/requirements.txt', 'a checker of APIs')
  if (!python) return { missing: 'Schemathesis needs Python 3.10 with pip, which is not here and could not be had from Debian.' }
  return {
    /**
     * Has it ask by the description at `address`; `{ code, output }` of its run.
     * @param {string} address
     * @param {string} key the API key
     */
    check: (address, key) =>
      attempt(
        python.program,
        [
          '-c',
          'from schemathesis.cli import schemathesis; schemathesis()',
          '--config-file',
          at(SETTINGS),
          'run',
          address,
          '--header',
          `Authorization: Bearer ${key}`,
          '--no-color',
        ],
        { env: python.env },
      ),
  }
}
