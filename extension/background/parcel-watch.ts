// Follows parcels until they are delivered, whether or not a page is open: the wallet says when it wants to ask again.

import type { WalletView } from '../shared/wallet-types'
import type { WalletHost } from './wallet-host'

export const PARCEL_ALARM = 'parcels'
/** The shortest time for which Chromium sets an alarm; what is sooner a timer does, as long as the service worker lives. */
const ALARM_MS_MIN = 30_000
/** When nobody can be believed, or the storage failed. */
const PAUSE_AFTER_FAILURE_MS = 600_000

export class ParcelWatch {
  #host: WalletHost
  #timer: ReturnType<typeof setTimeout> | undefined
  #wanted = false

  constructor(host: WalletHost) {
    this.#host = host
    host.listen(view => this.#watch(view))
  }

  /** Asks what is due; about one order at once, if the holder looks at it. */
  async look(requestId?: string): Promise<void> {
    clearTimeout(this.#timer)
    const pauseMs = await this.#host
      .aside(wallet => wallet.follow_parcels(requestId))
      .then(
        ms => ms ?? null,
        () => PAUSE_AFTER_FAILURE_MS,
      )
    if (pauseMs === null) {
      await chrome.alarms.clear(PARCEL_ALARM)
      return
    }
    await chrome.alarms.create(PARCEL_ALARM, { when: Date.now() + Math.max(pauseMs, ALARM_MS_MIN) })
    if (pauseMs < ALARM_MS_MIN) this.#timer = setTimeout(() => void this.look().catch(() => undefined), pauseMs)
  }

  /** Begins when a parcel is under way, and anew whenever the wallet was opened: a locked one asks nothing. */
  #watch({ phase, orders }: WalletView): void {
    const wanted = phase === 'ready' && orders.some(order => order.is_parcel_under_way)
    const begins = wanted && !this.#wanted
    this.#wanted = wanted
    if (begins) void this.look().catch(() => undefined)
  }
}
