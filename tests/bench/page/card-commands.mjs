// A card's commands, one after the other, each timed from its APDU to the answer.
import { COMMANDS } from '../rows.mjs'

/** What is done once to a card from the factory. */
const FIRST = ['select-identity', 'first-pin']
/** What a round does: it ends with the card as it began. */
const ROUND = Object.keys(COMMANDS)

/**
 * One card behind one kind of line. `host` makes and reads its APDUs; `transmit` carries one and resolves to its
 * response; `reports` counts up what the line carries them in, if it does so in pieces.
 */
export class CardOnALine {
  #host
  #transmit
  #reports
  times = Object.fromEntries(ROUND.map(command => [command, []]))
  /** Of each command: bytes of the command and of its response APDU, and the reports out and in. */
  sizes = {}

  constructor(host, transmit, reports = { out: 0, in: 0 }) {
    this.#host = host
    this.#transmit = transmit
    this.#reports = reports
  }

  async prepare() {
    for (const command of FIRST) await this.#run(command)
  }

  async round({ counts }) {
    for (const command of ROUND) {
      const { ms, ...sizes } = await this.#run(command)
      if (counts) this.times[command].push(ms)
      this.sizes[command] = sizes
    }
  }

  async #run(command) {
    const apdu = this.#host.apdu(command)
    const before = { ...this.#reports }
    const since = performance.now()
    const response = await this.#transmit(apdu)
    const ms = performance.now() - since
    this.#host.take(command, response)
    const reports = { out: this.#reports.out - before.out, in: this.#reports.in - before.in }
    return { ms, command: apdu.length, response: response.length, reports }
  }
}
