// What to say about an order, and in which list it belongs.

import { isKey, keyOr, t, type Key } from '../../i18n'
import type { OrderState, OrderView, PartyRole } from '../wallet-types'
import { keyFor, partyWord, paymentOf, type Payment } from './payment'

const MOVING = new Set<OrderState>(['approved', 'confirmed', 'sent', 'received', 'authorised'])
/** An order of which nobody says how far its parcel is stays among those on their way for this long, in seconds. */
const UNTOLD_SECONDS = 24 * 60 * 60

export function partyName(order: OrderView, role: PartyRole): string {
  const party = order.parties.find(one => one.role === role)
  return party?.name || party?.domain || partyWord(role, paymentOf(order))
}

export const shopName = (order: OrderView): string => partyName(order, 'shop')

/** The names of the parties, for sentences. */
export function namesOf(order: OrderView): Record<PartyRole, string> {
  return {
    shop: partyName(order, 'shop'),
    issuer: partyName(order, 'issuer'),
    courier: partyName(order, 'courier'),
  }
}

/** The words for `prefix.name`, as they are where no courier delivers or where an account or a purse pays, if those differ. */
function keyOfOrder(order: OrderView, prefix: 'order' | 'event', name: string, otherwise: Key): Key {
  const own = `by-shop.${prefix}.${name}`
  return order.without_courier && isKey(own) ? own : keyFor(paymentOf(order), prefix, name, otherwise)
}

/** Where the order and the money are, in a sentence or two. */
export function sentenceOf(order: OrderView): string {
  // The shop hears of it in a moment.
  if (order.tap?.state === 'paid' && isUnderWay(order) && order.state !== 'authorised') return t('approve.tap.paid')
  const named = (name: string, otherwise: Key) => t(keyOfOrder(order, 'order', name, otherwise), namesOf(order))
  if (order.state === 'delivering' && !isCharged(order)) return named('delivering.reserved', 'order.delivering.reserved')
  if (isUnderWay(order) && isCharged(order)) return named('charged', 'order.charged')
  return named(order.sentence_key.replace(/^order\./, ''), `order.${order.state}`)
}

/** How much of what coupons paid was given back, as coupons. */
export const couponsGivenBack = (order: OrderView): number =>
  order.paid_coupons.reduce((sum, { given_back_minor }) => sum + (given_back_minor ?? 0), 0)

/** One line of the order's history. */
export function eventWord(order: OrderView, event: string): string {
  const key = `event.${event}`
  return isKey(key) ? t(keyOfOrder(order, 'event', event, key), namesOf(order)) : event
}

/** Whether the issuer has said that the card is charged, whatever it gave back since. */
export const isCharged = (order: OrderView): boolean => ['charged', 'refunded'].includes(order.strands.issuer.word)

/** The history in short: the parties' confirmations are one step. */
export function shortHistory(order: OrderView): OrderView['history'] {
  const steps: OrderView['history'] = []
  for (const step of order.history) {
    const event = step.event.startsWith('confirmed-') ? 'confirmed' : step.event
    const last = steps.at(-1)
    if (event === 'confirmed' && last?.event === event) last.at = step.at
    else steps.push({ at: step.at, event })
  }
  return steps.filter(step => step.event !== 'asked')
}

/** Still between approval and the courier's acceptance. */
export const isUnderWay = (order: OrderView): boolean => MOVING.has(order.state)

/** Nobody has it yet: it can still be cancelled. */
export const isWithHolder = (order: OrderView): boolean => order.state === 'approved' || order.state === 'confirmed'

/** Whose answer an order on its way is waiting for, by name. */
export function silentParties(order: OrderView): string[] {
  const roles = Object.keys(order.strands) as PartyRole[]
  const waiting: Partial<Record<OrderState, PartyRole[]>> = {
    approved: roles.filter(role => order.strands[role]?.word === 'sealed'),
    confirmed: ['shop'],
    sent: ['shop'],
    received: ['issuer'],
    authorised: [order.without_courier ? 'shop' : 'courier'],
  }
  return (waiting[order.state] ?? []).map(role => partyName(order, role))
}

/** Among the orders on their way, as people see it: until the courier says that the parcel was delivered. */
export function isMoving(order: OrderView): boolean {
  if (order.state !== 'delivering' || order.without_courier) return isUnderWay(order)
  // Courier or shop may be of an earlier release, which says nothing of parcels.
  return order.parcel ? order.is_parcel_under_way : Date.now() / 1000 - order.updated_at < UNTOLD_SECONDS
}

/** The words for a step of a parcel. */
export const stepWord = (step: NonNullable<OrderView['parcel']>['moves'][number]['step']): string =>
  t(keyOr('strand', step === 'label-made' ? 'label' : step, 'strand.label'))

/** How far an order's parcel is, in a word; nothing as long as nobody said so. */
export function parcelStep(order: OrderView): string {
  const last = order.parcel?.moves.at(-1)
  return last ? stepWord(last.step) : ''
}

/** Whether the courier says that its parcel was delivered. */
export const isDelivered = (order: OrderView): boolean => order.parcel?.moves.at(-1)?.step === 'delivered'

export function stateWord(order: OrderView): string {
  if (isUnderWay(order)) return t('state.moving')
  if (order.failure?.kind === 'cancelled' && order.state === 'refused') return t('state.cancelled')
  if (order.strands.issuer.word === 'refunded') return t('state.refunded')
  if (isDelivered(order)) return t('state.delivered')
  if (order.state === 'delivering' && order.without_courier) return t('state.handed-over')
  return t(keyOr('state', order.state, 'state.moving'))
}

/** The host of an origin, as people know it; the port only matters where it is unusual. */
export function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname : origin
}

/** From what it was paid, as people know it; nothing before it was approved. */
export function paidWith(order: OrderView): string | undefined {
  const payment = paymentOf(order)
  if (payment === 'coupon') return t('orders.coupons.alone', { office: partyName(order, 'issuer') })
  const paid = restPaidWith(order, payment)
  return paid && order.paid_coupons.length > 0 ? t('orders.coupons.also', { payment: paid }) : paid
}

/** What paid what coupons left. */
function restPaidWith(order: OrderView, payment: Exclude<Payment, 'coupon'>): string | undefined {
  if (payment !== 'card') return t(`approve.${payment}`, { bank: partyName(order, 'issuer') })
  return order.card_last4 && t('approve.card', { issuer: partyName(order, 'issuer'), last4: order.card_last4 })
}

/** Why an order came to nothing, with the words for what pays it. */
export const failureOf = (order: OrderView): OrderFailure | undefined => order.failure && { ...order.failure, payment: paymentOf(order) }

type OrderFailure = NonNullable<OrderView['failure']> & { payment: Payment }
