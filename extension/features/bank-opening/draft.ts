// What is put into the form beforehand: what the wallet knows of its holder already.

import type { RegistrationForm, WalletView } from '../../shared/wallet-types'

/** Currencies that are offered; the bank says itself which it keeps accounts in. */
export const CURRENCIES = ['JPY', 'EUR', 'USD', 'GBP', 'CHF'] as const

export function draftOf({ addresses: [address], cards: [card], banks: [bank] }: WalletView): RegistrationForm {
  return {
    bank: bank?.domain ?? '',
    name: card?.holder_name ?? address?.name ?? '',
    address: address ? `${address.lines.replaceAll('\n', ', ')}\n${address.postal_code} ${address.country}` : '',
    telephone: address?.telephone ?? '',
    iban: '',
    currency: CURRENCIES.find(currency => currency === card?.currency) ?? CURRENCIES[0],
  }
}
