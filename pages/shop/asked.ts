// The form that the wallet is asking about, kept for as long as the tab lives: after a reload the
// page takes the request up again instead of losing its answer.
import type { Line } from './basket.svelte.ts'

const STORED_AS = 'kiso-asked/1'

/** Remembers the form, and the basket and the courier it is about. */
export function remember(form: Uint8Array, lines: readonly Line[], courier?: string): void {
  try {
    sessionStorage.setItem(STORED_AS, JSON.stringify({ form: Array.from(form), lines, courier }))
  } catch {
    // Storage may be off or full; then a reload has to begin anew, and the wallet still orders once.
  }
}

/** The form the wallet was last asked about; none if basket or courier have changed since. */
export function recall(lines: readonly Line[], courier?: string): Uint8Array | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORED_AS) ?? 'null') as { form: number[]; lines: Line[]; courier?: string } | null
    if (!stored || stored.courier !== courier || JSON.stringify(stored.lines) !== JSON.stringify(lines)) return null
    return Uint8Array.from(stored.form)
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
