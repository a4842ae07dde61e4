// Whether the holder says that the order is a gift, and the note. It belongs to this window: the next order knows nothing of it.

import type { GiftView } from '../../shared/wallet-types'
import { charactersOver } from '../../ui/measure'

/** The most that the protocol takes of a note, in bytes of UTF-8 and in lines. */
export const NOTE_BYTES_MAX = 1_000
export const NOTE_LINES_MAX = 12

export class ChosenGift {
  on = $state(false)
  /** What was written stays while the box is not ticked. */
  note = $state('')

  /** Whether the note has more lines than are printed. */
  readonly hasTooManyLines = $derived.by(() => this.note.trim().split('\n').length > NOTE_LINES_MAX)
  /** Whether it can be approved so. */
  readonly fits = $derived.by(() => !this.on || (!this.hasTooManyLines && charactersOver(this.note, NOTE_BYTES_MAX) === 0))
  /** As the wallet is told; nothing of what is no gift. */
  readonly choice = $derived.by((): GiftView | undefined => (this.on ? { note: this.note } : undefined))
}
