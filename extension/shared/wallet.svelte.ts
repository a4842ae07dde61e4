// A page's side of the wallet: the last view, kept up by the service worker, and calls to it.

import type { AskView, OwnAnswer, OwnCall, Push, WalletProblem } from './messages'
import type { ReaderFilters, ReaderView } from './reader-types'
import type { Address, ApproveChoice, CodesView, EvidenceView, Home, ReaderCardView, RestoredView, WalletView } from './wallet-types'

const RECONNECT_PAUSE_MS = 250
const RETRIES_MAX = 8
const RETRY_PAUSE_MS = 250
/** How often at most the wallet is told that its holder is doing something. */
const STAY_PAUSE_MS = 10_000

/** Calls that may be sent again if the service worker died: they do the same, or their key says that they are the same. */
const REPEATABLE = new Set(['view', 'enrol', 'save_address', 'insert_address', 'remove_address', 'set_default_address', 'unlock', 'lock', 'set_lock_minutes', 'evidence', 'backup', 'restore', 'decline', 'open_ask', 'readers', 'reader_filters', 'forget_reader', 'reader_card'])

/** A call that failed, with the words for its holder. */
export class CallFailed extends Error {
  constructor(readonly problem: WalletProblem) {
    super(problem.sentence || problem.kind)
  }
}

class WalletClient {
  view = $state.raw<WalletView>()
  /** Why there is no view. */
  problem = $state.raw<WalletProblem>()
  /** Why open orders do not go on at the moment. */
  trouble = $state.raw<WalletProblem>()

  #stayedAt = 0

  constructor() {
    this.#connect()
    for (const doing of ['keydown', 'pointerdown']) addEventListener(doing, () => this.#stay(), { capture: true, passive: true })
  }

  setUp = (passphrase: string, pin: string) => this.#call<CodesView>('set_up', passphrase, pin)
  newCodes = (passphrase: string, pin: string) => this.#call<CodesView>('new_codes', passphrase, pin)
  addCard = (pin: string, home: Home) => this.#call('add_card', pin, home)
  moveCard = (id: string, browserPin: string, readerPin: string) => this.#call('move_card', id, browserPin, readerPin)
  declineOffer = () => this.#call('remove_card', this.view?.offer?.card.id ?? '', '')
  removeCard = (id: string, pin: string) => this.#call('remove_card', id, pin)
  enrol = () => this.#call('enrol')
  /** A new address is named here, so that saying it again adds it once. */
  saveAddress = (address: Address) => (address.id ? this.#call<string>('save_address', address) : this.#call<string>('insert_address', { ...address, id: newId() }))
  /** Puts an address that was removed back where it was: the same one. */
  putBackAddress = (address: Address, place: number) => this.#call<string>('insert_address', address, place)
  setDefaultAddress = (id: string) => this.#call('set_default_address', id)
  setLockMinutes = (minutes: number) => this.#call('set_lock_minutes', minutes)
  evidence = (requestId: string) => this.#call<EvidenceView[]>('evidence', requestId)
  backup = (passphrase: string) => this.#call<string>('backup', passphrase)
  restore = (file: string, passphrase: string) => this.#call<RestoredView>('restore', file, passphrase)
  removeAddress = (id: string) => this.#call('remove_address', id)
  unlock = (passphrase: string) => this.#call('unlock', passphrase)
  recover = (code: string, passphrase: string) => this.#call('recover', code, passphrase)
  lock = () => this.#call('lock')
  erase = () => this.#call('erase')
  changePin = (old: string, next: string, home: Home) => this.#call('change_pin', old, next, home)
  unblockPin = (puk: string, next: string, home: Home) => this.#call('unblock_pin', puk, next, home)
  readers = () => this.#call<ReaderView[]>('readers')
  readerFilters = () => this.#call<ReaderFilters>('reader_filters')
  forgetReader = (id: string) => this.#call('forget_reader', id)
  readerCard = () => this.#call<ReaderCardView>('reader_card')
  prepareReaderCard = (pin: string) => this.#call<string>('prepare_reader_card', pin)
  decline = (requestId: string) => this.#call('decline', requestId)
  /** Has the page that asked ask once more; false when it is gone. */
  payAgain = (askId: string) => this.#call<boolean>('pay_again', askId)
  openAsk = (id: string) => this.#call<AskView | null>('open_ask', id)

  /** Wrong PINs that the card still accepts: the wallet's own, or the one that was last in the reader. */
  triesLeft = (home: Home): number => (home === 'reader' ? this.view?.reader_pin_tries_left : this.view?.pin_tries_left) ?? 3

  /**
   * Approves an order. If the service worker died on the way, the wallet says what became of it:
   * an order that is no longer asked for was approved, and the PIN is not tried twice for it.
   */
  async approve(requestId: string, choice: ApproveChoice, pin: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#call<void>('approve', requestId, choice, pin)
      } catch (error) {
        const died = error instanceof CallFailed && error.problem.kind === 'unreachable'
        if (!died || attempt === RETRIES_MAX) throw error
        const view = await this.#call<WalletView>('view')
        const order = view.orders.find(one => one.request_id === requestId)
        if (order && order.state !== 'asked') return
      }
    }
  }

  /** Looks again after a problem. */
  async retry(): Promise<void> {
    try {
      this.view = await this.#call<WalletView>('view')
      this.problem = undefined
    } catch (error) {
      this.problem = problemOf(error)
    }
  }

  async #call<T = void>(method: string, ...args: unknown[]): Promise<T> {
    const message: OwnCall = { type: 'call', method, args: $state.snapshot(args) }
    const repeatable = REPEATABLE.has(method)
    if (repeatable) message.key = crypto.randomUUID()
    const attempts = repeatable ? RETRIES_MAX : 1
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send<T>(message)
      if (answer?.ok) return answer.value
      if (answer) throw new CallFailed(answer.error)
      if (attempt >= attempts) throw new CallFailed({ kind: 'unreachable', sentence: '', money: '', remedy: '', details: method })
      await new Promise(resolve => setTimeout(resolve, RETRY_PAUSE_MS))
    }
  }

  /** The answer, or undefined if the service worker died before it gave one. */
  async #send<T>(message: OwnCall): Promise<OwnAnswer<T> | undefined> {
    try {
      return await chrome.runtime.sendMessage<OwnCall, OwnAnswer<T> | undefined>(message)
    } catch {
      return undefined
    }
  }

  /** Whoever types or points is there: locking is put off. */
  #stay(): void {
    if (this.view?.locks_at === undefined || Date.now() - this.#stayedAt < STAY_PAUSE_MS) return
    this.#stayedAt = Date.now()
    void this.#send({ type: 'call', method: 'stay_unlocked', args: [] })
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
  return { kind: 'internal', sentence: '', money: '', remedy: '', details: String(error) }
}

export const wallet = new WalletClient()
