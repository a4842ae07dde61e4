// What the holder's own account and purse would have after a movement, as far as the wallet knows.

import { capitalised } from '../../i18n/format'
import { endName } from '../../shared/bank/bank-words'
import type { BankAccountView, MovementView, PrepaidView, PurseView, WalletView } from '../../shared/wallet-types'

export interface Standing {
  name: string
  before: number
  after: number
}

type Own = BankAccountView | PurseView | PrepaidView

const allOf = (view: WalletView): Own[] => [...view.accounts, ...view.purses, ...view.prepaid]

/** The holder's own account, purse or prepaid card with this end; its amount may not be known. */
export const ownOf = (end: string, view: WalletView): Own | undefined => allOf(view).find(one => one.end === end)

export const amountOf = (own: Own): number | null => ('amount_minor' in own ? own.amount_minor : own.available_minor)

/** By how much the own ends of a movement would differ; ends whose amount is not known are left out, and
 *  an account on which there must be more by now. */
export function standings(from: string, to: string, minor: number, view: WalletView): Standing[] {
  const change = (end: string, by: number): Standing[] => {
    const own = ownOf(end, view)
    const before = own && amountOf(own)
    if (!own || before === null || before === undefined || before + by < 0) return []
    const kind = end.startsWith('prepaid:') ? 'prepaid' : 'account_id' in own ? 'purse' : 'account'
    return [{ name: capitalised(endName({ kind, number: own.number, own_id: own.id }, view)), before, after: before + by }]
  }
  return [...change(from, -minor), ...change(to, minor)]
}

/** The same of a movement that the bank offers: of its source the bank says it itself. */
export function offeredStandings({ offer, from, to, amount_minor: minor }: MovementView, view: WalletView): Standing[] {
  const source: Standing[] = offer ? [{ name: capitalised(endName(from, view)), before: offer.before_minor, after: offer.after_minor }] : []
  const own = allOf(view).find(one => one.id === to.own_id)
  return [...source, ...(own ? standings('', own.end, minor, view) : [])]
}
