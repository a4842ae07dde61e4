// The sole owner of the wallet: opens it when first needed and runs one call at a time.

import type { WalletApi, WalletView } from '../wallet-types'
import { problemOf } from './problems'
import type { WalletProblem } from '../messages'

type Listener = (view: WalletView) => void

export class WalletHost {
  #open: () => Promise<WalletApi>
  #wallet: Promise<WalletApi> | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #view: WalletView | undefined
  #listeners = new Set<Listener>()

  constructor(open: () => Promise<WalletApi>) {
    this.#open = open
  }

  /** The last view, if the wallet has been looked at since the service worker started. */
  get lastView(): WalletView | undefined {
    return this.#view
  }

  /** Runs `work` after everything asked before it, alone. */
  run<T>(work: (wallet: WalletApi) => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => work(await this.#opened()))
    this.#queue = result.catch(() => undefined)
    return result
  }

  /** Runs `work`, then tells everybody who listens what the wallet looks like now. */
  async change<T>(work: (wallet: WalletApi) => Promise<T>): Promise<T> {
    return this.run(async wallet => {
      try {
        return await work(wallet)
      } finally {
        this.#publish(await wallet.view())
      }
    })
  }

  /** Looks at the wallet and tells everybody who listens. */
  async refresh(): Promise<WalletView> {
    return this.run(async wallet => this.#publish(await wallet.view()))
  }

  /** Calls `listener` after every change; the returned function ends that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #publish(view: WalletView): WalletView {
    this.#view = view
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

/** The problem of a wallet that does not even open, or undefined. */
export async function openingProblem(host: WalletHost): Promise<WalletProblem | undefined> {
  try {
    await host.refresh()
    return undefined
  } catch (error) {
    return problemOf(error)
  }
}
