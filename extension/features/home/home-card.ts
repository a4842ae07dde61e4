// Which card stays at home, and what of it can be lent.

import { t } from '../../i18n'
import { money } from '../../i18n/format'
import { lentWord } from '../../shared/lent'
import type { KeyPlace, WalletView } from '../../shared/wallet-types'

type Held = Pick<WalletView, 'cards' | 'accounts' | 'purses'>

/** What a loan may pay with. */
export interface Lendable {
  id: string
  label: string
  /** What is left there, where that is known. */
  note?: string
  issuer: string
  /** What a loan of it is counted in. */
  currency: string
}

/** Where cards are that can be lent. Those that are made to be left somewhere come first. */
export const homePlaces = ({ cards, accounts }: Held): KeyPlace[] =>
  (['reader', 'hosted', 'software'] as const).filter(place => [...cards, ...accounts].some(one => one.ready && one.place === place))

/** What can be lent: cards, accounts and purses of the card at home. */
export function lendable({ cards, accounts, purses }: Held, place: KeyPlace): Lendable[] {
  const left = (minor: number, currency: string) => t('wallet.card.left', { amount: money(minor, currency) })
  return [
    ...cards
      .filter(card => card.ready && card.place === place)
      .map((card): Lendable => ({
        id: card.id,
        label: lentWord({ pays: 'card', name: card.issuer_name, shown: card.last4 }),
        issuer: card.issuer_name,
        currency: card.currency ?? 'JPY',
      })),
    ...accounts
      .filter(account => account.ready && !account.closing && account.place === place)
      .map((account): Lendable => ({
        id: account.id,
        label: lentWord({ pays: 'account', name: account.bank_name, shown: account.number.slice(-4) }),
        note: account.available_minor === null ? undefined : left(account.available_minor, account.currency),
        issuer: account.bank_name,
        currency: account.currency,
      })),
    ...purses
      .filter(purse => purse.step === 'ready' && purse.place === place)
      .map((purse): Lendable => ({
        id: purse.id,
        label: lentWord({ pays: 'purse', name: purse.bank_name, shown: purse.number.slice(-4) }),
        note: left(purse.amount_minor, purse.currency),
        issuer: purse.bank_name,
        currency: purse.currency,
      })),
  ]
}
