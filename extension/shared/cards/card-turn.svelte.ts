// A step that needs the card in the reader: the holder is asked for it, the step goes on by itself
// when it is there, and starts again when it is pulled out or is another card.

import { readerWatch } from '../readers/reader-watch.svelte'
import { CallFailed, problemOf } from '../wallet.svelte'

/** Between two looks while somebody stands there with the card in the hand. */
const PAUSE_MS = 500

/** `insert`: put it in; `pulled`: put it back; `other`: this is not the one; `working`: leave it there. */
export type Stage = 'idle' | 'insert' | 'pulled' | 'other' | 'working'

/** What a step may fail of that the holder mends with the card in the hand. */
const BY_HAND: Record<string, Stage> = {
  'no-reader': 'insert',
  'no-card': 'insert',
  'several-cards': 'insert',
  'felica-card': 'insert',
  'card-removed': 'pulled',
  'other-card': 'other',
  'other-contactless': 'other',
}
/** How often a step that fails with the card in its place is tried again before its error is shown. */
const TRIES = 3

export class CardTurn {
  stage = $state<Stage>('idle')

  #cancelled = false
  /** Whether the card was out at the last wait. */
  #moved = false

  /** Does `work` once the card is there. False when the holder cancelled before that. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    this.#cancelled = false
    const stop = readerWatch.watch()
    try {
      let tries = 0
      while (await this.#cardThere()) {
        tries = this.#moved ? 1 : tries + 1
        this.stage = 'working'
        try {
          await work()
          return true
        } catch (error) {
          const stage = BY_HAND[problemOf(error).kind]
          if (!stage || tries === TRIES) throw error
          this.stage = stage
          await pause()
        }
      }
      return false
    } finally {
      stop()
      this.stage = 'idle'
    }
  }

  /** Stops waiting. What the card has begun is not stopped. */
  cancel = (): void => {
    this.#cancelled = true
  }

  /** Waits for a card; after another card, for one that came later. */
  async #cardThere(): Promise<boolean> {
    this.#moved = false
    for (;;) {
      await readerWatch.look()
      if (this.#cancelled) return false
      if (readerWatch.problem) throw new CallFailed(readerWatch.problem)
      const there = readerWatch.outlook === 'card'
      if (there && (this.stage !== 'other' || this.#moved)) return true
      this.#moved ||= !there
      if (this.stage === 'idle') this.stage = 'insert'
      await pause()
      if (this.#cancelled) return false
    }
  }
}

const pause = () => new Promise(resolve => setTimeout(resolve, PAUSE_MS))
