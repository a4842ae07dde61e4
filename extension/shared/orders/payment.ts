// From what an order is paid, and which words that needs: a bank in the place of a card's issuer, an account or a purse
// in the place of the card.

import { isKey, t, type Key } from '../../i18n'
import type { OrderView, PartyRole, WalletView } from '../wallet-types'
import { wallet } from '../wallet.svelte'

export type Payment = 'card' | 'account' | 'purse'

/** As far as the wallet knows: a purse has a movement for the order, and a bank is one that the wallet has an account at. */
export function paymentOf(order: Pick<OrderView, 'request_id' | 'parties'>, view: WalletView | undefined = wallet.view): Payment {
  if (view?.movements.some(movement => movement.request_id === order.request_id)) return 'purse'
  const payer = order.parties.find(party => party.role === 'issuer')?.domain
  const banks = view ? [...view.accounts.map(account => account.bank_domain), ...view.banks.map(bank => bank.domain)] : []
  return payer !== undefined && banks.includes(payer) ? 'account' : 'card'
}

/** What a party is called. */
export const partyWord = (role: PartyRole, payment: Payment = 'card'): string =>
  t(role === 'issuer' && payment !== 'card' ? 'party.bank' : `party.${role}`)

/** The words for `prefix.name`, as they are where an account or a purse pays, if those differ. */
export function keyFor(payment: Payment, prefix: 'order' | 'event' | 'money', name: string, otherwise: Key): Key {
  for (const key of [`from.${payment}.${prefix}.${name}`, `from.bank.${prefix}.${name}`, `${prefix}.${name}`])
    if (isKey(key) && (payment !== 'card' || !key.startsWith('from.'))) return key
  return otherwise
}
