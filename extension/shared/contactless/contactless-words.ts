// What to say about contactless cards.

import { t } from '../../i18n'
import { dateTime, money } from '../../i18n/format'
import type { ContactlessView, OrderView } from '../wallet-types'

/** What was on it last; nothing before it was read. */
export const balanceOf = ({ balance_minor: balance, currency }: ContactlessView): string | undefined =>
  balance === null ? undefined : money(balance, currency)

/** When that was. */
export const readAt = ({ read_at: at }: ContactlessView): string | undefined =>
  at === null ? undefined : t('tap.read-at', { date: dateTime(at) })

/** Whether an order may be approved by what was read, for at least as long as a PIN takes. */
export function isGood({ good_until: until }: ContactlessView, now: number): boolean {
  const TYPING_SECONDS = 20
  return until !== null && until > now / 1000 + TYPING_SECONDS
}

/** Whether the card of an order waits to be held to the reader. */
export const isTapDue = ({ tap }: OrderView): boolean => tap?.due === true
