// What can be done with a text or link that was looked at.

import type { LookedAt } from '../../shared/wallet-types'

/** The longest text of a coupon, in characters, as the wallet has it. */
export const TEXT_MAX = 11_000

/** What its office says of a coupon, after which nobody can have it. */
const HOPELESS = new Set<LookedAt['verdict']>(['over', 'expired', 'unknown', 'forged'])

/** Whether the holder can have it. */
export function canBeTaken({ what, mine, verdict }: LookedAt): boolean {
  if (what === 'address') return false
  // A gift names for whom it is. One that has changed its owner may be this holder's already: taking it brings it here.
  if (what === 'given') return mine && !HOPELESS.has(verdict)
  return !mine && verdict !== 'changed' && !HOPELESS.has(verdict)
}
