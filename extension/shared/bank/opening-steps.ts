// How far the opening of an account and of its purse is, by the names under which people see its steps.

import { hasEnded } from './bank-words'
import type { BankAccountView, OpeningView, PurseView, WalletView } from '../wallet-types'

/** In their order: told the authority, looked at by the bank, account, keys in the card, certificate, purse. */
export const OPENING_STEPS = ['registered', 'checked', 'opened', 'keys', 'certified', 'purse'] as const
export type OpeningName = (typeof OPENING_STEPS)[number]

/** An account that is not at its end, with what there is of it already. */
export interface Going {
  bank: string
  currency: string
  /** What is being done, or has to be done next. */
  step: OpeningName
  opening?: OpeningView
  account?: BankAccountView
  purse?: PurseView
}

/** The account that is being opened, the oldest first. */
export function nextOpening(view: WalletView): Going | undefined {
  const [opening] = view.openings
  if (opening) {
    const step = opening.step === 'keys' ? 'keys' : 'registered'
    return { bank: opening.bank_name || opening.bank_domain, currency: opening.currency, step, opening }
  }
  for (const account of view.accounts) {
    // One that was refused is no longer the account's.
    const purse = view.purses.find(one => one.id === account.purse_id) ?? view.purses.findLast(one => one.account_id === account.id)
    if (purse && (purse.step === 'ready' || hasEnded(purse))) continue
    return { bank: account.bank_name, currency: account.currency, step: account.ready ? 'purse' : 'certified', account, purse }
  }
  return undefined
}
