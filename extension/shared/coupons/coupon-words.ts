// What to say about a coupon: whose it is, how long it is good, where, and what is happening to it.

import { count, t, type Key } from '../../i18n'
import { dateTime, day, list, money } from '../../i18n/format'
import type { CouponEventView, CouponView, LookedAtCoupon, MoneyView } from '../wallet-types'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Nothing comes of it any more. */
const OVER = new Set<CouponView['state']>(['spent', 'converted', 'expired', 'given'])

const nowSeconds = (): number => Date.now() / 1000

export const isOver = (coupon: CouponView): boolean => OVER.has(coupon.state)

/** Those that the holder has something of, and those that are over. */
export const living = (coupons: CouponView[]): CouponView[] => coupons.filter(coupon => !isOver(coupon))

export const amountOf = (value: MoneyView | null): string => (value ? money(value.minor, value.currency) : '···')

/** Which one it is, for whoever does not see its picture. */
export const couponName = (coupon: CouponView): string => t('coupon.of', { amount: amountOf(coupon.value), office: coupon.office_name })

/** What stands on the coupon, in two or three words: whose it is, or what is happening. */
export function chipOf(coupon: CouponView): Key {
  const { state, under_way: way } = coupon
  if (isOver(coupon) || state === 'blocked') return `coupon.chip.${state}`
  if (way && ['issue', 'redemption', 'request'].includes(way.what)) return 'coupon.chip.coming'
  if (way?.what === 'receipt') return 'coupon.chip.unconfirmed'
  if (coupon.locked) return 'coupon.chip.locked'
  if (coupon.former) return 'coupon.chip.former'
  if (coupon.ask || state === 'asked') return 'coupon.chip.asked'
  if (way?.what === 'order' || state === 'held') return 'coupon.chip.held'
  if (state === 'offered') return 'coupon.chip.offered'
  if (way) return 'coupon.chip.moving'
  if (coupon.unconfirmed) return 'coupon.chip.unconfirmed'
  return `coupon.chip.${state}`
}

/** Whose it is and where its value is, in a sentence or two. */
export function standingOf(coupon: CouponView): string {
  const { state, under_way: way, office_name: office } = coupon
  const words = { office, amount: amountOf(coupon.value), to: way?.to ?? t('coupon.somebody') }
  if (isOver(coupon) || state === 'blocked') return t(`coupon.is.${state}`, words)
  if (way?.what === 'receipt') return t('coupon.is.unconfirmed', words)
  if (way && !(way.what === 'offer' && state === 'offered')) return t(`coupon.way.${way.what}`, words)
  if (coupon.locked) return t('coupon.is.locked')
  if (coupon.former) return t('coupon.is.former', words)
  if (coupon.unconfirmed) return t('coupon.is.unconfirmed', words)
  if (state === 'owned' && coupon.not_before > nowSeconds()) return t('coupon.is.early', { date: dateTime(coupon.not_before) })
  return t(`coupon.is.${state}`, words)
}

/** Where it is good. */
export function whereOf({ shops }: Pick<CouponView, 'shops'>, office: string): string {
  return shops.length === 0 ? t('coupon.anywhere', { office }) : t('coupon.at', { shops: list(shops) })
}

/** What else has to be so, each in a few words. */
export function conditionsOf({ minimum_total: least, condition }: Pick<LookedAtCoupon, 'minimum_total' | 'condition'>): [string, string][] {
  return [
    ...(least ? [[t('coupon.fact.least'), amountOf(least)] as [string, string]] : []),
    ...(condition ? [[t('coupon.fact.condition'), t('coupon.fact.condition.text', { condition })] as [string, string]] : []),
  ]
}

/** How long it is still good, in words: the largest unit that fits; from when on, if that is still to come. */
export function timeLeft({ not_before: from, valid_until: until }: Pick<CouponView, 'not_before' | 'valid_until'>): string {
  const now = nowSeconds()
  const left = until - now
  if (left <= 0) return t('coupon.left.ended', { date: day(until) })
  if (from > now) return t('coupon.left.begins', { date: day(from) })
  if (left >= 2 * DAY) return count('coupon.left.days', Math.floor(left / DAY))
  if (left >= 2 * HOUR) return count('coupon.left.hours', Math.floor(left / HOUR))
  return count('coupon.left.minutes', Math.ceil(left / MINUTE))
}

/** Which part of its time is left, from 0 to 1: since it came here, or since it is good. */
export function shareLeft({ timeline, not_before: from, valid_until: until }: CouponView): number {
  const began = Math.max(from, timeline[0]?.at ?? from)
  return Math.max(0, Math.min(1, (until - nowSeconds()) / Math.max(1, until - began)))
}

/** That coupons end soon; nothing if none does. */
export function endsSoon(coupons: CouponView[]): string | undefined {
  const ending = coupons.filter(coupon => coupon.ends_soon && !isOver(coupon))
  const first = ending.toSorted((one, other) => one.valid_until - other.valid_until)[0]
  return first && count('coupon.ends', ending.length, { amount: amountOf(first.value), date: day(first.valid_until) })
}

/** What happened, as a line of the coupon's history. */
export function eventText({ what, whom }: CouponEventView): string {
  return t(`coupon.event.${what}`, { whom: whom ?? t('coupon.somebody') })
}
