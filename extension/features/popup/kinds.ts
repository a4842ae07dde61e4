// The kinds of value that the wallet can hold, in the order in which its first page shows them. Each has a place
// of its own there once the wallet holds something of it; a new kind is a line here and a component.

import type { Component } from 'svelte'
import { count, type Key } from '../../i18n'
import { money } from '../../i18n/format'
import { living } from '../../shared/coupons/coupon-words'
import type { WalletView } from '../../shared/wallet-types'
import AccountStack from './AccountStack.svelte'
import CardStack from './CardStack.svelte'
import ContactlessStack from './ContactlessStack.svelte'
import CouponStack from './CouponStack.svelte'
import PrepaidStack from './PrepaidStack.svelte'
import PurseStack from './PurseStack.svelte'

export interface Kind {
  name: string
  title: Key
  /** How much there is, in a word or two; nothing if there is none. */
  holding: (view: WalletView) => string | undefined
  /** Shows all of it. */
  content: Component<{ view: WalletView }>
}

/** So many currencies stand side by side in a tile. */
const CURRENCIES_MAX = 2

export const KINDS: readonly Kind[] = [
  {
    name: 'purses',
    title: 'wallet.purses',
    holding: ({ purses }) => {
      const held = purses.filter(purse => purse.step === 'ready')
      return sumOf(held.map(purse => [purse.currency, purse.amount_minor])) ?? heldOf(held.length, 'wallet.purses.held')
    },
    content: PurseStack,
  },
  {
    name: 'prepaid',
    title: 'wallet.prepaid',
    holding: ({ prepaid }) =>
      sumOf(prepaid.map(card => [card.currency, card.amount_minor])) ?? heldOf(prepaid.length, 'wallet.prepaid.held'),
    content: PrepaidStack,
  },
  {
    name: 'accounts',
    title: 'wallet.accounts',
    holding: ({ accounts }) =>
      sumOf(accounts.map(account => [account.currency, account.available_minor])) ?? heldOf(accounts.length, 'wallet.accounts.held'),
    content: AccountStack,
  },
  {
    name: 'cards',
    title: 'wallet.cards',
    holding: ({ cards }) => heldOf(cards.length, 'wallet.cards.held'),
    content: CardStack,
  },
  {
    name: 'contactless',
    title: 'contactless.title',
    holding: ({ contactless, settlement_accounts: accounts }) =>
      accounts.length === 0
        ? undefined
        : (sumOf(contactless.map(card => [card.currency, card.balance_minor])) ?? count('wallet.contactless.held', contactless.length)),
    content: ContactlessStack,
  },
  {
    name: 'coupons',
    title: 'wallet.coupons',
    // What they come to together nobody can spend at once: conditions, shops and ends differ.
    holding: ({ coupons, coupon_offices: offices }) =>
      offices.length > 0 ? count('wallet.coupons.held', living(coupons).length) : undefined,
    content: CouponStack,
  },
]

const heldOf = (number: number, words: Parameters<typeof count>[0]) => (number > 0 ? count(words, number) : undefined)

/** What amounts come to, each currency for itself; nothing if one of them is not known, or there are too many currencies. */
function sumOf(amounts: [currency: string, minor: number | null][]): string | undefined {
  const sums = new Map<string, number>()
  for (const [currency, minor] of amounts) {
    if (minor === null) return undefined
    sums.set(currency, (sums.get(currency) ?? 0) + minor)
  }
  if (sums.size === 0 || sums.size > CURRENCIES_MAX) return undefined
  return [...sums].map(([currency, minor]) => money(minor, currency)).join('\n')
}
