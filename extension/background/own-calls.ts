// Answers the calls of the extension's own pages, as the table of calls says how each is done.
// Anything that is not in that table does not reach the wallet.

import { packed } from '../shared/bytes'
import { CALLS, argumentsOf, isMethod, type Method, type OwnCall, type ServiceApi } from '../shared/calls'
import type { OwnAnswer } from '../shared/messages'
import type { WalletApi } from '../shared/wallet-types'
import { Answers } from './answers'
import type { Drive } from './drive'
import type { HomeConnection } from './home-connection'
import type { HomeUses } from './home-uses'
import type { PageRequests } from './page-requests'
import type { ParcelWatch } from './parcel-watch'
import { problemOf } from './problems'
import type { ReaderHost } from './readers'
import type { WalletHost } from './wallet-host'

const STEPS_SHOWN_MS = 250
/** What a page calls a call of its own: a UUID. */
const KEY = /^[0-9a-f-]{36}$/

/** The calls by their names, whatever each takes: the table has read the arguments. */
type Performer = { [M in string]?: (...args: unknown[]) => Promise<unknown> }

export class OwnCalls {
  #answers = new Answers()
  #service: ServiceApi

  constructor(
    private readonly host: WalletHost,
    private readonly drive: Drive,
    requests: PageRequests,
    readers: ReaderHost,
    home: HomeConnection,
    uses: HomeUses,
    parcels: ParcelWatch,
  ) {
    this.#service = {
      open_ask: id => requests.open(id),
      waiting_purchase: () => requests.waitingPurchase(),
      pay_again: id => requests.again(id),
      readers: () => readers.list(),
      reader_filters: () => readers.filters(),
      forget_reader: id => readers.forget(id),
      lend_card: on => home.lend(on),
      connect_home: async () => home.now(),
      home_follow_uses: () => uses.look(),
      look_at_parcel: id => parcels.look(id),
    }
  }

  answer({ method, args, key }: OwnCall): Promise<OwnAnswer<unknown>> {
    return this.#answers.once(method, key, () => this.#answer(method, args))
  }

  async #answer(method: Method, args: unknown[]): Promise<OwnAnswer<unknown>> {
    try {
      const value = await this.#perform(method, argumentsOf(method, args))
      if (CALLS[method].drives) this.drive.kick()
      return { ok: true, value: packed(value ?? null) }
    } catch (error) {
      return { ok: false, error: problemOf(error) }
    }
  }

  /** What waits for nothing is done in turn; looking at readers, and what waits for something, beside it. */
  async #perform(method: Method, args: unknown[]): Promise<unknown> {
    const own = (this.#service as unknown as Performer)[method]
    if (own) return own(...args)
    const work = (wallet: WalletApi) =>
      (wallet as unknown as Performer)[method]?.(...args) ?? Promise.reject(new TypeError(`no such call: ${method}`))
    const { waits } = CALLS[method]
    if (waits === undefined) return this.host.change(work)
    return waits === 'parties' ? this.#showingSteps(() => this.host.aside(work)) : this.host.aside(work)
  }

  /** Enrolment takes seconds and several parties: its steps are shown while it goes on. */
  async #showingSteps<T>(work: () => Promise<T>): Promise<T> {
    const steps = setInterval(() => void this.host.refresh().catch(() => undefined), STEPS_SHOWN_MS)
    try {
      return await work()
    } finally {
      clearInterval(steps)
    }
  }
}

/** Reads a call, or null when the message is something else. */
export function readOwnCall(value: unknown): OwnCall | null {
  const message = value as Partial<OwnCall> | null
  if (message?.type !== 'call' || !isMethod(message.method) || !Array.isArray(message.args)) return null
  const { method, args, key } = message
  return typeof key === 'string' && KEY.test(key) ? { type: 'call', method, args, key } : { type: 'call', method, args }
}
