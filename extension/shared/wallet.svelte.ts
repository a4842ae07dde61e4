// A page's side of the wallet: the last view, kept up by the service worker, and calls to it.

import { packed, unpacked } from './bytes'
import { CALLS, type Calls, type Method, type OwnCall } from './calls'
import type { HomeLink } from './home-link'
import type { OwnAnswer, Push, WalletProblem } from './messages'
import type { Address, ApproveChoice, KeyPlace, WalletView } from './wallet-types'

const RECONNECT_PAUSE_MS = 250
/** On a busy machine a service worker takes seconds to die and to start, and what is sent meanwhile is refused at once. */
const RETRIES_MAX = 40
const RETRY_PAUSE_MS = 250
/** How often an approval is begun anew at most: each time the card may have verified the PIN. */
const APPROVALS_MAX = 8
/** How often at most the wallet is told that its holder is doing something. */
const STAY_PAUSE_MS = 10_000

/** A call that failed, with the words for its holder. */
export class CallFailed extends Error {
  constructor(readonly problem: WalletProblem) {
    super(problem.kind)
  }
}

class WalletClient {
  view = $state.raw<WalletView>()
  /** Why there is no view. */
  problem = $state.raw<WalletProblem>()
  /** Why open orders do not go on at the moment. */
  trouble = $state.raw<WalletProblem>()
  /** How the connection to the home proxy is. */
  homeLink = $state.raw<HomeLink>({ state: 'idle' })

  #stayedAt = 0

  constructor() {
    this.#connect()
    for (const doing of ['keydown', 'pointerdown']) addEventListener(doing, () => this.#stay(), { capture: true, passive: true })
  }

  /** The calls of the table, each under its name there. */
  readonly call = Object.fromEntries(
    Object.keys(CALLS).map(name => [name, (...args: unknown[]) => this.#call(name as Method, args)]),
  ) as unknown as Calls

  /** A card that was offered and is not wanted has no PIN yet. */
  declineOffer = () => this.call.remove_card(this.view?.offer?.card.id ?? '', '')
  /** A new address is named here, so that saying it again adds it once. */
  saveAddress = (address: Address) => (address.id ? this.call.save_address(address) : this.call.insert_address({ ...address, id: newId() }))

  /** Wrong PINs that the card still accepts: the wallet's own, the one that was last in the reader, or the hosted one. */
  triesLeft = (place: KeyPlace): number => {
    const { pin_tries_left: software, reader_pin_tries_left: reader, hosted_pin_tries_left: hosted } = this.view ?? {}
    return { software, reader, hosted }[place] ?? 3
  }

  /**
   * Approves an order. If the service worker died on the way, the wallet says what became of it:
   * an order that is no longer asked for was approved, and the PIN is not tried twice for it.
   */
  async approve(requestId: string, choice: ApproveChoice, pin: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.call.approve(requestId, choice, pin)
      } catch (error) {
        const died = error instanceof CallFailed && error.problem.kind === 'unreachable'
        if (!died || attempt === APPROVALS_MAX) throw error
        const view = await this.call.view()
        const order = view.orders.find(one => one.request_id === requestId)
        if (order && order.state !== 'asked') return
      }
    }
  }

  /** Looks again after a problem. */
  async retry(): Promise<void> {
    try {
      this.view = await this.call.view()
      this.problem = undefined
    } catch (error) {
      this.problem = problemOf(error)
    }
  }

  async #call(method: Method, args: unknown[]): Promise<unknown> {
    const { again } = CALLS[method]
    const message: OwnCall = { type: 'call', method, args: args.map(value => packed($state.snapshot(value))) }
    if (again) message.key = crypto.randomUUID()
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send(message)
      if (answer?.ok) return unpacked(answer.value)
      if (answer) throw new CallFailed(answer.error)
      if (!again || attempt === RETRIES_MAX) throw new CallFailed({ kind: 'unreachable', details: method })
      await new Promise(resolve => setTimeout(resolve, RETRY_PAUSE_MS))
    }
  }

  /** The answer, or undefined if the service worker died before it gave one. */
  async #send(message: OwnCall): Promise<OwnAnswer<unknown> | undefined> {
    try {
      return await chrome.runtime.sendMessage<OwnCall, OwnAnswer<unknown> | undefined>(message)
    } catch {
      return undefined
    }
  }

  /** Whoever types or points is there: locking is put off. */
  #stay(): void {
    if (this.view?.locks_at === undefined || Date.now() - this.#stayedAt < STAY_PAUSE_MS) return
    this.#stayedAt = Date.now()
    this.call.stay_unlocked().catch(() => undefined)
  }

  /** Keeps a port open; when the service worker dies, connecting again wakes it. */
  #connect(): void {
    const port = chrome.runtime.connect({ name: 'view' })
    port.onMessage.addListener((message: Push) => {
      if (message.type === 'view') {
        this.view = message.view
        this.problem = undefined
      } else if (message.type === 'trouble') {
        this.trouble = message.problem
      } else if (message.type === 'home') {
        this.homeLink = message.link
      } else if (!this.view) {
        this.problem = message.problem
      }
    })
    port.onDisconnect.addListener(() => setTimeout(() => this.#connect(), RECONNECT_PAUSE_MS))
  }
}

/** A name for a new thing, as the wallet makes its own: 32 hexadecimal digits. */
const newId = (): string => crypto.randomUUID().replaceAll('-', '')

/** What went wrong, whatever was thrown. */
export function problemOf(error: unknown): WalletProblem {
  if (error instanceof CallFailed) return error.problem
  return { kind: 'internal', details: String(error) }
}

export const wallet = new WalletClient()
