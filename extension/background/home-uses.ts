// Follows what was bought with the card at home to its end, whether or not a page is open: an alarm wakes this service
// worker as long as it is not known of a purchase what became of it, and while a card that the home proxy keeps is lent.

import { mayHaveUnheard } from '../shared/lent'
import type { UseView, WalletView } from '../shared/wallet-types'
import type { WalletHost } from './wallet-host'

export const USES_ALARM = 'home-uses'
/** An issuer is not asked more often by this; the page, while it is looked at, asks by itself. */
const ALARM_PERIOD_MINUTES = 1
/** What has not ended by then stays as it is: an issuer is bound for a day by what its courier accepted. */
const FOLLOWED_SECONDS = 26 * 3600
/** What is older than that is in the list, and no news. */
const NEWS_SECONDS = 3600

export class HomeUses {
  #host: WalletHost
  #told: (use: UseView) => void
  #looking: Promise<void> | undefined
  #wanted: boolean | undefined

  /** `told` hears of each order that the card at home has signed and the wallet hears of only now. */
  constructor(host: WalletHost, told: (use: UseView) => void) {
    this.#host = host
    this.#told = told
    host.listen(view => void this.#watch(view))
  }

  /** Asks what became of what is open, and the card what it has signed, where that is not known. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  async #look(): Promise<void> {
    const uses = await this.#host.aside(wallet => wallet.home_follow_uses())
    for (const use of uses) if (secondsSince(use.at) < NEWS_SECONDS) this.#told(use)
  }

  /** A locked wallet shows nothing: then it stays as it was. */
  async #watch({ phase, home }: WalletView): Promise<void> {
    if (phase === 'locked') return
    const wanted = home !== undefined && (mayHaveUnheard(home) || home.uses.some(isFollowed))
    if (wanted === this.#wanted) return
    this.#wanted = wanted
    if (wanted) await chrome.alarms.create(USES_ALARM, { periodInMinutes: ALARM_PERIOD_MINUTES })
    else await chrome.alarms.clear(USES_ALARM)
    // What was signed in the moment in which this service worker died, the card knows.
    if (home?.is_on) await this.look().catch(() => undefined)
  }
}

const isFollowed = ({ state, at }: UseView) => state === 'open' && secondsSince(at) < FOLLOWED_SECONDS
const secondsSince = (at: number) => Date.now() / 1000 - at
