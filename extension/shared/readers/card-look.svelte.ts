// What is on the card in the reader, looked at whenever one comes. For components, while they show.

import type { WalletProblem } from '../messages'
import type { ReaderCardView } from '../wallet-types'
import { problemOf, wallet } from '../wallet.svelte'
import { readerWatch } from './reader-watch.svelte'

export class CardLook {
  /** Absent while there is no card, or it has not been looked at yet. */
  card = $state.raw<ReaderCardView>()
  problem = $state.raw<WalletProblem>()

  /** Which reader holds a card, '' for none; a card that works is there as well. */
  place = $derived(['card', 'working'].includes(readerWatch.outlook) ? (readerWatch.first?.id ?? '') : '')

  /** What the wallet itself may have changed on the card meanwhile. */
  #told = $derived(JSON.stringify([wallet.view?.reader_pin_tries_left, ...(wallet.view?.cards ?? []).map(one => [one.id, one.place])]))

  /** Only while a component is made: it looks as long as that component shows. */
  constructor() {
    $effect(readerWatch.watch)
    $effect(() => {
      if (this.place && this.#told) void this.again()
      else this.card = this.problem = undefined
    })
  }

  again = async (): Promise<void> => {
    this.problem = undefined
    try {
      this.card = await wallet.call.reader_card()
    } catch (error) {
      this.card = undefined
      this.problem = problemOf(error)
    }
  }
}
