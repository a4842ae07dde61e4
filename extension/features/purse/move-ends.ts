// Between what of the holder's own a purse can move value, and how much people often want.

import { capitalised, digitsOf, money } from '../../i18n/format'
import { endName } from '../../shared/bank/bank-words'
import { shortNumber } from '../../shared/bank/numbers'
import type { PurseView, WalletView } from '../../shared/wallet-types'

export interface OwnEnd {
  /** It as an end of a movement. */
  id: string
  kind: 'account' | 'purse' | 'prepaid'
  label: string
  /** How much is there. */
  note?: string
}

/** The purse itself and the holder's other accounts and purses at the same bank in the same currency, the purse's account first; and
 *  the prepaid cards for which it can sign as agent, which lie in the same card. */
export function ownEnds(purse: PurseView, view: WalletView): OwnEnd[] {
  const fits = (one: { bank_domain: string; currency: string; end: string }) =>
    one.bank_domain === purse.bank_domain && one.currency === purse.currency && one.end !== ''
  const accounts = view.accounts
    .filter(fits)
    .sort((one, other) => Number(other.id === purse.account_id) - Number(one.id === purse.account_id))
  const purses = view.purses
    .filter(one => fits(one) && one.step === 'ready')
    .sort((one, other) => Number(other === purse) - Number(one === purse))
  const cards = view.prepaid.filter(one => fits(one) && one.step === 'ready' && one.account_id === purse.account_id)
  return [
    ...accounts.map(({ id, end, number, available_minor: there, currency }): OwnEnd => {
      const label = capitalised(endName({ kind: 'account', number, own_id: id }, view))
      return { id: end, kind: 'account', label, note: there === null ? undefined : money(there, currency) }
    }),
    ...purses.map(({ id, end, number, amount_minor: there, currency }): OwnEnd => {
      const label = capitalised(endName({ kind: 'purse', number, own_id: id }, view))
      return { id: end, kind: 'purse', label, note: money(there, currency) }
    }),
    ...cards.map(({ id, end, number, amount_minor: there, currency }): OwnEnd => {
      const name = capitalised(endName({ kind: 'prepaid', number, own_id: id }, view))
      const label = cards.length > 1 ? `${name} ${shortNumber({ kind: 'prepaid', number })}` : name
      return { id: end, kind: 'prepaid', label, note: money(there, currency) }
    }),
  ]
}

/** In minor units: round amounts of the currency. */
export function quickAmounts(currency: string): number[] {
  const digits = digitsOf(currency)
  return digits === 0 ? [1_000, 3_000, 5_000, 10_000] : [10, 20, 50, 100].map(amount => amount * 10 ** digits)
}
