// The form that the wallet is asking about, kept for as long as the tab lives: a page that is reloaded meanwhile takes it up again
// instead of losing its answer, and the same form never orders twice.

const STORED_AS = 'tallystick-form/1'
const BYTES_MAX = 48 * 1024

/** Remembers the form, and what it is for. */
export function keepForm(basket, bytes, reference) {
  try {
    if (bytes.length <= BYTES_MAX) sessionStorage.setItem(STORED_AS, JSON.stringify({ basket, form: [...bytes], reference }))
  } catch {
    // Storage may be off or full; then a reload begins anew.
  }
}

/** The form that the wallet was last asked about for the same basket, as the shop handed it over; or undefined. */
export function keptForm(basket) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORED_AS) ?? 'null')
    if (kept?.basket === basket) return { form: Uint8Array.from(kept.form), order_reference: kept.reference }
  } catch {
    // Nothing that can be read was kept.
  }
  return undefined
}

/** The wallet has answered. */
export function forgetForm() {
  try {
    sessionStorage.removeItem(STORED_AS)
  } catch {
    // Nothing was kept.
  }
}
