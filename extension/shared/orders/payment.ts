// From what an order is paid, and which words that needs: a bank in the place of a card's issuer, an account or a purse
// in the place of the card; an office where coupons pay for everything; a settlement server behind a contactless card.

import { isKey, t, type Key } from '../../i18n'
import type { OrderView, PartyRole, WalletView } from '../wallet-types'
import { wallet } from '../wallet.svelte'

export type Payment = 'card' | 'account' | 'purse' | 'coupon' | 'contactless'

/** As far as the wallet knows: a purse has a movement for the order, and bank and settlement server are those that it has accounts at. */
export function paymentOf(
  order: Pick<OrderView, 'request_id' | 'parties' | 'paid_coupons' | 'rest_minor'>,
  view: WalletView | undefined = wallet.view,
): Payment {
  if (order.paid_coupons.length > 0 && order.rest_minor === 0) return 'coupon'
  if (view?.movements.some(movement => movement.request_id === order.request_id)) return 'purse'
  const payer = order.parties.find(party => party.role === 'issuer')?.domain
  if (payer !== undefined && view?.settlement_sites.some(site => site.domain === payer)) return 'contactless'
  const banks = view ? [...view.accounts.map(account => account.bank_domain), ...view.banks.map(bank => bank.domain)] : []
  return payer !== undefined && banks.includes(payer) ? 'account' : 'card'
}

/** Who pays, in the place of a card's issuer. */
const PAYERS = {
  card: 'party.issuer',
  account: 'party.bank',
  purse: 'party.bank',
  coupon: 'party.office',
  contactless: 'party.front',
} as const

/** What a party is called. */
export const partyWord = (role: PartyRole, payment: Payment = 'card'): string => t(role === 'issuer' ? PAYERS[payment] : `party.${role}`)

/** The words for `prefix.name`, as they are where an account or a purse pays, if those differ. */
export function keyFor(payment: Payment, prefix: 'order' | 'event' | 'money', name: string, otherwise: Key): Key {
  const own = payment === 'card' ? [] : [`from.${payment}.${prefix}.${name}`]
  const banks = payment === 'account' || payment === 'purse' ? [`from.bank.${prefix}.${name}`] : []
  for (const key of [...own, ...banks, `${prefix}.${name}`]) if (isKey(key)) return key
  return otherwise
}
