// The sole owner of the wallet: opens it when first needed, runs the holder's calls one after the
// other, and tells everybody who listens what the wallet looks like afterwards.

import type { WalletProblem } from '../shared/messages'
import type { WalletApi, WalletView } from '../shared/wallet-types'

type Listener = (view: WalletView) => void
type TroubleListener = (problem?: WalletProblem) => void
type Work<T> = (wallet: WalletApi) => Promise<T>

export class WalletHost {
  #open: () => Promise<WalletApi>
  #wallet: Promise<WalletApi> | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #view: WalletView | undefined
  #shown = ''
  #listeners = new Set<Listener>()
  #trouble: WalletProblem | undefined
  #troubleListeners = new Set<TroubleListener>()

  constructor(open: () => Promise<WalletApi>) {
    this.#open = open
  }

  /** The last view, if the wallet has been looked at since the service worker started. */
  get lastView(): WalletView | undefined {
    return this.#view
  }

  /**
   * Runs `work` after every change asked for before it, and shows the outcome: for what waits for nothing
   * outside the wallet. Whatever waits here, everything the holder asks for waits behind it.
   */
  change<T>(work: Work<T>): Promise<T> {
    const result = this.#queue.then(() => this.aside(work))
    this.#queue = result.catch(() => undefined)
    return result
  }

  /**
   * Runs `work` beside the holder's calls, and shows the outcome: for what waits for the network or a card.
   * The wallet itself keeps the two from touching the same state at once.
   */
  async aside<T>(work: Work<T>): Promise<T> {
    const wallet = await this.#opened()
    try {
      return await work(wallet)
    } finally {
      this.#publish(await wallet.view())
    }
  }

  /** Looks at the wallet and tells everybody who listens. */
  refresh(): Promise<WalletView> {
    return this.#opened().then(async wallet => this.#publish(await wallet.view()))
  }

  /** Calls `listener` after every change; the returned function ends that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Why open orders do not go on at the moment. */
  get trouble(): WalletProblem | undefined {
    return this.#trouble
  }

  /** Open orders cannot go on because of `problem`, or go on again. */
  setTrouble(problem?: WalletProblem): void {
    if (JSON.stringify(problem) === JSON.stringify(this.#trouble)) return
    this.#trouble = problem
    for (const listener of this.#troubleListeners) listener(problem)
  }

  /** Calls `listener` whenever open orders stop or go on. */
  listenForTrouble(listener: TroubleListener): void {
    this.#troubleListeners.add(listener)
  }

  #publish(view: WalletView): WalletView {
    const shown = JSON.stringify(view)
    if (shown === this.#shown) return view
    this.#view = view
    this.#shown = shown
    for (const listener of this.#listeners) listener(view)
    return view
  }

  async #opened(): Promise<WalletApi> {
    this.#wallet ??= this.#open()
    try {
      return await this.#wallet
    } catch (error) {
      this.#wallet = undefined
      throw error
    }
  }
}
