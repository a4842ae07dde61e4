// Drives open orders on: a timer while the service worker lives, an alarm that wakes it when
// the browser has put it to sleep between two steps.

import { problemOf } from './problems'
import type { WalletHost } from './wallet-host'

export const ALARM = 'advance'
/** The shortest period Chromium grants an alarm. */
const ALARM_PERIOD_MINUTES = 0.5
const PAUSE_AFTER_FAILURE_MS = 5_000

export class Drive {
  #host: WalletHost
  #timer: ReturnType<typeof setTimeout> | undefined
  #running = false
  #again = false

  constructor(host: WalletHost) {
    this.#host = host
  }

  /** Something may be due: looks at once. */
  kick(): void {
    clearTimeout(this.#timer)
    if (this.#running) {
      this.#again = true
      return
    }
    void this.#step()
  }

  async #step(): Promise<void> {
    this.#running = true
    this.#again = false
    let pauseMs: number | null
    try {
      // The alarm stands before the step begins: if the service worker dies inside it, it wakes again.
      await chrome.alarms.create(ALARM, { periodInMinutes: ALARM_PERIOD_MINUTES })
      pauseMs = (await this.#host.aside(wallet => wallet.advance())) ?? null
      this.#host.setTrouble()
    } catch (error) {
      // Said to the holder: an order that stands still without a word looks lost.
      this.#host.setTrouble(problemOf(error))
      pauseMs = this.#host.lastView?.phase === 'ready' ? PAUSE_AFTER_FAILURE_MS : null
    }
    this.#running = false
    if (this.#again) return this.#step()
    if (pauseMs === null) {
      await chrome.alarms.clear(ALARM)
      return
    }
    if (pauseMs > ALARM_PERIOD_MINUTES * 60_000) {
      await chrome.alarms.create(ALARM, { delayInMinutes: pauseMs / 60_000, periodInMinutes: ALARM_PERIOD_MINUTES })
    }
    this.#timer = setTimeout(() => this.kick(), Math.max(0, pauseMs))
  }
}
