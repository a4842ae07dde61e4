// Which coupons the holder ticked, and what the wallet says that they pay. What is shown is always about what is ticked:
// while the wallet has not said it yet, nothing can be approved.

import { problemOf, wallet } from '../../shared/wallet.svelte'
import type { WalletProblem } from '../../shared/messages'
import type { PricedView } from '../../shared/wallet-types'

export class ChosenCoupons {
  /** Their names, in the order in which they were ticked. */
  ids = $state<string[]>([])
  /** What they pay; nothing while none is ticked, or nothing has been said of these yet. */
  priced = $state<PricedView>()
  problem = $state<WalletProblem>()
  readonly #requestId: () => string

  constructor(requestId: () => string) {
    this.#requestId = requestId
  }

  /** The wallet has said what these pay, or there are none. */
  readonly settled = $derived.by(() => this.ids.length === 0 || (this.priced !== undefined && this.priced.obstacle === undefined))

  /** What of a total they leave. */
  rest = (total: number): number => (this.ids.length > 0 && this.priced ? this.priced.rest_minor : total)

  /** What that one pays. */
  share = (id: string): number | undefined => this.priced?.shares.find(share => share.id === id)?.minor

  toggle(id: string): void {
    void this.choose(this.ids.includes(id) ? this.ids.filter(one => one !== id) : [...this.ids, id])
  }

  /** Asks what these pay. What is said of what was ticked before counts no more. */
  async choose(ids: string[]): Promise<void> {
    this.ids = ids
    this.priced = undefined
    this.problem = undefined
    if (ids.length === 0) return
    try {
      const priced = await wallet.call.price_with_coupons(this.#requestId(), ids)
      if (same(this.ids, ids)) this.priced = priced
    } catch (error) {
      if (same(this.ids, ids)) this.problem = problemOf(error)
    }
  }

  /** Those that are gone, or cannot pay any more, are ticked no longer. */
  keep(usable: string[]): void {
    const left = this.ids.filter(id => usable.includes(id))
    if (left.length < this.ids.length) void this.choose(left)
  }
}

const same = (one: string[], other: string[]) => one.length === other.length && one.every((id, at) => id === other[at])
