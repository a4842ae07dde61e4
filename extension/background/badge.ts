// The toolbar button's badge: how many coupons end soon or wait for their holder's answer, and how many parcels have moved
// since their holder looked. A locked wallet shows none.

import { count, t } from '../i18n'
import type { WalletView } from '../shared/wallet-types'

const COLOUR = '#a3261a'
/** More than that nobody counts on a badge. */
const COUNTED_MAX = 99

let shown: string | undefined

/** Shows what a view of the wallet says of its coupons and parcels. */
export async function showBadge({ coupons, orders }: Pick<WalletView, 'coupons' | 'orders'>): Promise<void> {
  const ending = coupons.filter(coupon => coupon.ends_soon || coupon.ask).length
  const moved = orders.filter(order => order.parcel?.is_news).length
  const number = ending + moved
  const said = [ending > 0 && count('coupon.badge', ending), moved > 0 && count('parcel.badge', moved)].filter(Boolean).join(' · ')
  if (said === shown) return
  shown = said
  await chrome.action.setBadgeText({ text: number === 0 ? '' : String(Math.min(number, COUNTED_MAX)) })
  if (!said) return chrome.action.setTitle({ title: t('app.name') })
  await chrome.action.setBadgeBackgroundColor({ color: COLOUR })
  await chrome.action.setTitle({ title: said })
}
