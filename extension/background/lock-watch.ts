// Looks at the wallet when its time is up, so that pages show at once that it is locked and the
// state key does not rest in the session any longer. An alarm wakes a service worker that sleeps.

import type { WalletView } from '../shared/wallet-types'
import type { WalletHost } from './wallet-host'

export const LOCK_ALARM = 'lock'
/** A timer may ring a little early. */
const PAUSE_MS = 250

export class LockWatch {
  #host: WalletHost
  #timer: ReturnType<typeof setTimeout> | undefined
  #locksAt: number | undefined

  constructor(host: WalletHost) {
    this.#host = host
    host.listen(view => void this.#watch(view))
  }

  /** The time may be up: the wallet itself decides. */
  look(): void {
    this.#host.refresh().then(
      view => this.#set(view.locks_at),
      () => undefined,
    )
  }

  async #watch({ locks_at }: WalletView): Promise<void> {
    if (locks_at === this.#locksAt) return
    this.#set(locks_at)
    if (locks_at === undefined) await chrome.alarms.clear(LOCK_ALARM)
    else await chrome.alarms.create(LOCK_ALARM, { when: locks_at * 1000 })
  }

  #set(locksAt: number | undefined): void {
    clearTimeout(this.#timer)
    this.#locksAt = locksAt
    if (locksAt === undefined) return
    this.#timer = setTimeout(() => this.look(), Math.max(PAUSE_MS, locksAt * 1000 - Date.now()))
  }
}
