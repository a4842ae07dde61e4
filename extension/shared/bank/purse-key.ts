// A purse's key ends, and the purse with it until it has a new one.

import type { PurseView } from '../wallet-types'

/** So long before its end renewing is proposed, in seconds. */
const SOON_SECONDS = 30 * 24 * 60 * 60

export type KeyStand = 'good' | 'soon' | 'ended'

/** How the purse's key stands now. */
export function keyStand({ key_ends_at: endsAt }: PurseView): KeyStand {
  if (endsAt === null) return 'good'
  const left = endsAt - Date.now() / 1000
  return left <= 0 ? 'ended' : left < SOON_SECONDS ? 'soon' : 'good'
}
