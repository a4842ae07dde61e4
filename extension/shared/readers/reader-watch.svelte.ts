// How the paired readers are, as long as somebody looks at a page that shows it.

import type { WalletProblem } from '../messages'
import type { ReaderState, ReaderView } from '../reader-types'
import { problemOf, wallet } from '../wallet.svelte'
import { BUSES, onPlugged } from './reader-chooser'

/** Between two looks: soon enough for a hand that puts a card in, and gentle to the reader. */
const PAUSE_MS = 1_200

/** The reader that matters most, in one word: `looking` for the first time, `none` is paired, or how that one is. */
export type Outlook = ReaderState | 'looking' | 'none'
const BY_WEIGHT: ReaderState[] = [
  'working',
  'card',
  'held',
  'no-access',
  'not-opened',
  'busy',
  'silent',
  'failed',
  'several-cards',
  'felica',
  'no-card',
  'absent',
]
/** Outlooks that say by themselves what keeps the card from its power, in place of a call for it. */
export const OBSTACLES: ReadonlySet<Outlook> = new Set([
  'none',
  'held',
  'no-access',
  'not-opened',
  'busy',
  'silent',
  'failed',
  'several-cards',
  'felica',
])

class ReaderWatch {
  /** Absent until the first look. */
  readers = $state.raw<ReaderView[]>()
  problem = $state.raw<WalletProblem>()

  #watchers = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #stop: (() => void) | undefined

  /** The reader that a page speaks of: the one with a card before the others. */
  get first(): ReaderView | undefined {
    for (const state of BY_WEIGHT) {
      const reader = this.readers?.find(one => one.state === state)
      if (reader) return reader
    }
    return undefined
  }

  get outlook(): Outlook {
    if (!this.readers) return 'looking'
    return this.first?.state ?? 'none'
  }

  /** Looks again and again; the returned function ends that. For `$effect`. */
  watch = (): (() => void) => {
    this.#watchers += 1
    if (this.#watchers === 1) this.#start()
    return () => {
      this.#watchers -= 1
      if (this.#watchers > 0) return
      clearTimeout(this.#timer)
      this.#stop?.()
    }
  }

  /** Looks at once. */
  look = async (): Promise<void> => {
    clearTimeout(this.#timer)
    if (BUSES.length === 0 || document.visibilityState !== 'visible') return
    try {
      this.#show(await wallet.call.readers())
      this.problem = undefined
    } catch (error) {
      this.problem = problemOf(error)
    }
    if (this.#watchers === 0) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.look(), PAUSE_MS)
  }

  #start(): void {
    const look = () => void this.look()
    const unplug = onPlugged(look)
    document.addEventListener('visibilitychange', look)
    this.#stop = () => {
      unplug()
      document.removeEventListener('visibilitychange', look)
    }
    look()
  }

  /** Pages change only when something did. */
  #show(readers: ReaderView[]): void {
    if (JSON.stringify(readers) !== JSON.stringify(this.readers)) this.readers = readers
  }
}

export const readerWatch = new ReaderWatch()
