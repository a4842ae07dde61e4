// The form that the wallet is asking about, kept for as long as the tab lives: after a reload the
// page takes the request up again instead of losing its answer.
import type { Line } from './basket.svelte.ts'
import type { Form } from './pay.ts'

const STORED_AS = 'kiso-asked/2'

/** Remembers the form, and the basket and the courier it is about. */
export function remember({ signed, reference }: Form, lines: readonly Line[], courier?: string): void {
  try {
    sessionStorage.setItem(STORED_AS, JSON.stringify({ form: Array.from(signed), reference, lines, courier }))
  } catch {
    // Storage may be off or full; then a reload has to begin anew, and the wallet still orders once.
  }
}

/** The form the wallet was last asked about; none if basket or courier have changed since. */
export function recall(lines: readonly Line[], courier?: string): Form | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORED_AS) ?? 'null') as {
      form: number[]
      reference: string
      lines: Line[]
      courier?: string
    } | null
    if (!stored || stored.courier !== courier || JSON.stringify(stored.lines) !== JSON.stringify(lines)) return null
    return { signed: Uint8Array.from(stored.form), reference: stored.reference }
  } catch {
    return null
  }
}

/** The wallet has answered, or the holder waits no longer. */
export function forget(): void {
  try {
    sessionStorage.removeItem(STORED_AS)
  } catch {
    // Nothing was stored.
  }
}
