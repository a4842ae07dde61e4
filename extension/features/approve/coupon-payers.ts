// The holder's coupons as they could pay an order: what each is, what it pays here, or why it cannot.

import { isKey, t } from '../../i18n'
import { day, money } from '../../i18n/format'
import type { CouponView, OrderView, WalletView } from '../../shared/wallet-types'
import { wallet } from '../../shared/wallet.svelte'
import type { ChosenCoupons } from './chosen-coupons.svelte'

export interface CouponPayer {
  id: string
  label: string
  /** Whose, and until when. */
  note?: string
  /** What it pays or could, or why it cannot. */
  says: string
  ticked: boolean
  barred: boolean
}

export function payersOf(order: OrderView, chosen: ChosenCoupons, view: WalletView | undefined = wallet.view): CouponPayer[] {
  const rest = chosen.rest(order.total_minor)
  return order.coupons.flatMap((one): CouponPayer[] => {
    const coupon = view?.coupons.find(({ id }) => id === one.id)
    if (!coupon) return []
    const ticked = chosen.ids.includes(one.id)
    const spare = !ticked && chosen.ids.length > 0 && rest === 0
    const obstacle = one.obstacle
    return [
      {
        id: one.id,
        label: labelOf(coupon),
        note:
          coupon.valid_until > 0
            ? t('approve.coupon.of', { office: coupon.office_name, day: day(coupon.valid_until) })
            : coupon.office_name,
        says: obstacle
          ? obstacleWord(obstacle, coupon)
          : spare
            ? t('approve.coupon.spare')
            : paysWord(coupon, chosen.share(one.id), one.pays_minor, order),
        ticked,
        barred: (obstacle !== undefined || spare) && !ticked,
      },
    ]
  })
}

function labelOf({ kind, value }: CouponView): string {
  if (!kind || !value) return t('approve.coupon.locked')
  return t(`approve.coupon.${kind}`, { amount: money(value.minor, value.currency) })
}

function paysWord({ value }: CouponView, share: number | undefined, alone: number | undefined, { currency }: OrderView): string {
  if (share === undefined) return t('approve.coupon.can', { amount: money(alone ?? 0, currency) })
  const over = (value?.minor ?? share) - share
  const amount = money(share, currency)
  return over > 0 ? t('approve.coupon.pays.part', { amount, over: money(over, currency) }) : t('approve.coupon.pays', { amount })
}

/** Why a coupon cannot pay, in a sentence. */
export function obstacleWord(obstacle: string, coupon?: CouponView): string {
  const key = `coupon.obstacle.${obstacle}`
  const least = coupon?.minimum_total
  return t(isKey(key) ? key : 'coupon.obstacle.gone', {
    from: day(coupon?.not_before ?? 0),
    least: least ? money(least.minor, least.currency) : '',
    condition: coupon?.condition ?? '',
  })
}
