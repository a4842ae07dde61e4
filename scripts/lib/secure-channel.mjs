// Another host that speaks SCP03 to our card, from PyPI: tests/secure-channel/host.py. And a contactless card for it, made by
// the commands that make every one, with a security server's statement of the test authority.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt, environment, must } from './command.mjs'
import { nativeExample } from './native.mjs'
import { at } from './paths.mjs'
import { pythonWith } from './pypi.mjs'
import { Stop } from './say.mjs'
import { buildVirtualCard } from './virtual-card.mjs'

const SELECT = '00a4040007f054414c4c59'
/** What is said to a card from the factory before it takes roots: its PIN, in the identity applet. */
const OPENED = ['00a404000ba00000030800001000010000', '0020008008313233343536ffff', `${SELECT}02`]

/** Why no other host can be asked here, as a sentence; or a contactless card, and the host that asks it. */
export async function findHost() {
  const python = await pythonWith('secure-channel', 'tests/secure-channel/requirements.txt', 'another host of SCP03')
  if (!python) return { missing: 'Another host of SCP03 needs Python 3.10 with pip, which is not here and could not be had from Debian.' }
  return { host: new Host(python, await buildVirtualCard()) }
}

class Host {
  #folder = mkdtempSync(join(tmpdir(), 'tallystick-contactless-'))
  #python
  #program

  constructor(python, program) {
    this.#python = python
    this.#program = program
  }

  get #state() {
    return join(this.#folder, 'contactless.card')
  }

  /** Makes the card; its keys, as hexadecimal digits. */
  async personalise() {
    const card = spawn(this.#program, ['pipe', '--state', this.#state], { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] })
    const bytes = piece(card.stdout)
    const say = async hex => {
      const command = Buffer.from(hex, 'hex')
      const length = Buffer.alloc(4)
      length.writeUInt32BE(command.length)
      card.stdin.write(Buffer.concat([length, command]))
      const response = await bytes((await bytes(4)).readUInt32BE())
      const status = response.subarray(-2).toString('hex')
      if (status !== '9000') throw new Stop(`The card refused ${hex.slice(0, 8)} with ${status}.`)
      return response.subarray(0, -2).toString('hex')
    }
    const [roots] = await example('roots')
    for (const command of [...OPENED, roots, `${SELECT}05`]) await say(command)
    const [command] = await example('personalise', await say('80d6000000'))
    await say(command)
    card.stdin.end()
    await once(card, 'close')
    return example('keys')
  }

  /** Has the other host do something; what it says came of it. */
  async ask(verb, keys) {
    const args = [at('tests/secure-channel/host.py'), this.#program, this.#state, verb, ...keys]
    const { code, output } = await attempt(this.#python.program, args, { env: this.#python.env })
    if (code !== 0) throw new Stop(`yubikit could not ${verb}.`, output)
    return JSON.parse(output)
  }

  close() {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Lines that the example prints. */
async function example(...words) {
  const program = await nativeExample('contactless', 'what makes a card contactless')
  const output = await must(program, words, 'The example contactless of crates/card does not run; the errors are above.')
  return output.trim().split('\n')
}

/** Takes so many bytes at a time of a stream. */
function piece(stream) {
  const chunks = stream[Symbol.asyncIterator]()
  let rest = Buffer.alloc(0)
  return async length => {
    while (rest.length < length) {
      const { value, done } = await chunks.next()
      if (done) throw new Stop('The card broke off.')
      rest = Buffer.concat([rest, value])
    }
    const taken = rest.subarray(0, length)
    rest = rest.subarray(length)
    return taken
  }
}
