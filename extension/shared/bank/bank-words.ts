// What to say about accounts, purses and what moves between them: always where the money is.

import { keyOr, t } from '../../i18n'
import { money } from '../../i18n/format'
import { shopName } from '../orders/order-words'
import { wordsOf } from '../problem-words'
import type { EndView, MovementState, MovementView, PurseView, WalletView } from '../wallet-types'
import { shortNumber } from './numbers'

const ENDED = new Set<MovementState>(['completed', 'not-completed'])

export const isEnded = (movement: MovementView): boolean => ENDED.has(movement.state)

/** Nothing moves from it or to it any more: it was closed, or is lost and blocked. */
export const hasEnded = ({ step }: PurseView): boolean => step === 'closing' || step === 'closed' || step === 'blocked'

/** What a purse holds that cannot be spent now, in minor units. */
export const underWayOf = (purse: PurseView): number => purse.out_minor + purse.in_minor

/** What waits at the bank until the purse takes it, in minor units. */
export const waitingOf = (purse: PurseView): number => purse.waiting.reduce((sum, one) => sum + one.amount_minor, 0)

/** An end of a movement as its holder knows it. */
export function endName(end: EndView, view: WalletView): string {
  const several = view.accounts.length > 1
  const own = [...view.accounts, ...view.purses, ...view.prepaid].find(one => one.id === end.own_id)
  if (own)
    return t(several ? (`end.${end.kind}.own.named` as 'end.account.own.named') : (`end.${end.kind}.own` as 'end.account.own'), {
      bank: own.bank_name,
    })
  return t(`end.${end.kind}`, { number: shortNumber(end) })
}

/** Who was paid: the shop by the name that its order has. */
function payeeOf(movement: MovementView, view: WalletView): string {
  const order = view.orders.find(one => one.request_id === movement.request_id)
  return order ? shopName(order) : movement.to.number
}

const toName = (movement: MovementView, view: WalletView) =>
  movement.kind === 'payment' ? payeeOf(movement, view) : endName(movement.to, view)

/** What it is, in a few words. */
export function movementTitle(movement: MovementView, view: WalletView): string {
  return t(`movement.${movement.kind}`, { to: toName(movement, view), from: endName(movement.from, view) })
}

/** How far it is, in a word or two. */
export const movementState = (movement: MovementView): string =>
  t(isMissed(movement) ? 'movement.state.missed' : `movement.state.${movement.state}`)

/** The bank refused, and what it says about the money is not here yet. */
const isMissed = (movement: MovementView): boolean => movement.failure !== undefined && !isEnded(movement)

/** Where its money is, in a sentence or two; of one that the bank refused, why. */
export function movementSentence(movement: MovementView, view: WalletView): string {
  const bank = bankOf(movement, view)
  const key = isMissed(movement) ? `${movement.kind}.missed` : `${movement.kind}.${movement.state}`
  const where = t(keyOr('movement', key, isMissed(movement) ? 'movement.any.missed' : 'movement.any.asking'), {
    amount: money(movement.amount_minor, movement.currency),
    from: endName(movement.from, view),
    to: toName(movement, view),
    bank,
  })
  if (!movement.failure) return where
  return `${wordsOf({ kind: movement.failure, about: bank }).sentence} ${where}`
}

/** What it adds to its purse, or takes from it, in minor units; 0 where the purse itself stays as it is. */
export function changeOf(movement: MovementView): number {
  const gives = movement.from.own_id === movement.purse_id
  const gets = movement.to.own_id === movement.purse_id
  return gives === gets ? 0 : gives ? -movement.amount_minor : movement.amount_minor
}

/** Its bank, by name. */
export const bankOf = (movement: MovementView, view: WalletView): string =>
  view.purses.find(one => one.id === movement.purse_id)?.bank_name ?? t('party.bank')
