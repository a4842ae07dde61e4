// What can pay an order: cards, accounts, purses, each with what is left on it.

import { t } from '../../i18n'
import { money } from '../../i18n/format'
import type { Payment } from '../../shared/orders/payment'
import { shortNumber } from '../../shared/bank/numbers'
import type { KeyPlace, OrderView, WalletView } from '../../shared/wallet-types'

export interface Means {
  /** It in the calls of the wallet. */
  id: string
  payment: Payment
  label: string
  /** Its number in short, where the label does not say it. */
  which?: string
  /** Whoever pays for the holder: issuer or bank. */
  payer: { name: string; domain: string }
  holderName?: string
  place: KeyPlace
  /** What is left on it, in words; nothing where it is not known. */
  left?: string
  /** It has less than the order comes to. */
  short: boolean
  /** It cannot be chosen: a purse and an account know what they have. A card's limit is its issuer's to judge. */
  barred: boolean
}

/** Those that the shop takes; what is proposed, which is what paid there last, comes first. */
export function meansOf(order: OrderView, view: WalletView): Means[] {
  const left = (minor: number | null, currency: string, mayBeMore = false): Pick<Means, 'left' | 'short' | 'barred'> => {
    if (minor === null) return { short: false, barred: false }
    const short = currency === order.currency && minor < order.total_minor
    return { left: money(minor, currency), short, barred: short && !mayBeMore }
  }
  const all: Means[] = [
    ...view.purses.map((purse): Means => ({
      id: purse.id,
      payment: 'purse',
      label: t('approve.purse', { bank: purse.bank_name }),
      payer: { name: purse.bank_name, domain: purse.bank_domain },
      holderName: view.accounts.find(account => account.id === purse.account_id)?.holder_name,
      place: purse.place,
      ...left(purse.amount_minor, purse.currency),
    })),
    ...view.accounts.map((account): Means => ({
      id: account.id,
      payment: 'account',
      label: t('approve.account', { bank: account.bank_name }),
      which: shortNumber({ kind: 'account', number: account.number }),
      payer: { name: account.bank_name, domain: account.bank_domain },
      holderName: account.holder_name,
      place: account.place,
      ...left(account.available_minor, account.currency),
    })),
    ...view.cards.map((card): Means => ({
      id: card.id,
      payment: 'card',
      label: t('approve.card', { issuer: card.issuer_name, last4: card.last4 }),
      payer: { name: card.issuer_name, domain: card.issuer_domain },
      holderName: card.holder_name,
      place: card.place,
      ...left(card.left_minor ?? null, card.currency, true),
    })),
  ]
  const rank = ({ id }: Means) => (id === order.proposed_card ? -1 : order.payable.indexOf(id))
  return all.filter(({ id }) => order.payable.includes(id)).sort((one, other) => rank(one) - rank(other))
}

/** What pays unless the holder chooses: the first that has enough, else the first. */
export const proposedOf = (means: Means[]): Means | undefined => means.find(one => !one.barred) ?? means[0]
