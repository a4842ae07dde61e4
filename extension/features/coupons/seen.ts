// What can be done with a text or link that was looked at.

import type { LookedAt } from '../../shared/wallet-types'

/** What its office says of a coupon, after which nobody can have it. A gift that was changed may have come here already. */
const HOPELESS = new Set<LookedAt['verdict']>(['changed', 'over', 'expired', 'unknown', 'forged'])

/** Whether the holder can have it. */
export function canBeTaken({ what, mine, verdict }: LookedAt): boolean {
  if (what === 'address' || (mine && what === 'shown')) return false
  // A gift names for whom it is.
  if (what === 'given' && !mine) return false
  return !HOPELESS.has(verdict)
}
