// From what a request of another purse can be paid without the bank.

import { capitalised, money } from '../../../i18n/format'
import { endName } from '../../../shared/bank/bank-words'
import { shortNumber } from '../../../shared/bank/numbers'
import type { PrepaidView, PurseView, SeenText, WalletView } from '../../../shared/wallet-types'

/** A purse or a prepaid card that can pay, as it is chosen. */
export interface Payer {
  id: string
  kind: 'purse' | 'prepaid'
  label: string
  note: string
  of: PurseView | PrepaidView
}

/** This purse if it can pay, other purses, and the prepaid cards beside them. */
export function payersOf(seen: SeenText, purse: PurseView, view: WalletView): Payer[] {
  const payer = (kind: Payer['kind'], of: PurseView | PrepaidView): Payer => {
    const name = capitalised(endName({ kind, number: of.number, own_id: of.id }, view))
    const label = view.prepaid.length > 1 && kind === 'prepaid' ? `${name} ${shortNumber({ kind, number: of.number })}` : name
    return { id: of.id, kind, label, note: money(of.amount_minor, of.currency), of }
  }
  const purses = view.purses.filter(one => seen.purses.includes(one.id))
  const cards = view.prepaid.filter(one => seen.prepaid.includes(one.id))
  return [
    ...purses.toSorted((one, other) => Number(other === purse) - Number(one === purse)).map(one => payer('purse', one)),
    ...cards.map(one => payer('prepaid', one)),
  ]
}
