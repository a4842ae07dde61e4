// The toolbar button's badge: how many coupons end soon, or wait for their holder's answer. A locked wallet shows none.

import { count, t } from '../i18n'
import type { WalletView } from '../shared/wallet-types'

const COLOUR = '#a3261a'
/** More than that nobody counts on a badge. */
const COUNTED_MAX = 99

let shown: number | undefined

/** Shows what a view of the wallet says of its coupons. */
export async function showBadge({ coupons }: Pick<WalletView, 'coupons'>): Promise<void> {
  const number = coupons.filter(coupon => coupon.ends_soon || coupon.ask).length
  if (number === shown) return
  shown = number
  const text = number === 0 ? '' : String(Math.min(number, COUNTED_MAX))
  await chrome.action.setBadgeText({ text })
  if (!text) return chrome.action.setTitle({ title: t('app.name') })
  await chrome.action.setBadgeBackgroundColor({ color: COLOUR })
  await chrome.action.setTitle({ title: count('coupon.badge', number) })
}
