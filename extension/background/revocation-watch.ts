// Has the wallet look up revoked certificates by the clock, and never because of what its holder does: so the
// directory learns that there is a wallet, and nothing of purchases.

import type { WalletView } from '../shared/wallet-types'
import type { WalletHost } from './wallet-host'

export const REVOCATION_ALARM = 'revocations'
/** When the storage failed. */
const PAUSE_AFTER_FAILURE_MS = 600_000

export class RevocationWatch {
  #host: WalletHost
  #begun = false

  constructor(host: WalletHost) {
    this.#host = host
    host.listen(view => void this.#begin(view))
  }

  /** Asks now, and puts the next time on the clock. */
  async look(): Promise<void> {
    const pauseMs = await this.#host
      .aside(wallet => wallet.renew_revocations())
      .then(
        ms => ms ?? null,
        () => PAUSE_AFTER_FAILURE_MS,
      )
    if (pauseMs !== null) await chrome.alarms.create(REVOCATION_ALARM, { when: Date.now() + pauseMs })
  }

  /** Begins as soon as there is a wallet, unless the alarm is set already. */
  async #begin({ phase }: WalletView): Promise<void> {
    if (this.#begun || phase === 'new' || phase === 'offered') return
    this.#begun = true
    if (!(await chrome.alarms.get(REVOCATION_ALARM))) await this.look()
  }
}
