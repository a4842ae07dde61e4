// The kinds of value that the wallet can hold, in the order in which its first page shows them. Each has a place
// of its own there once the wallet holds something of it; a new kind is a line here and a component.

import type { Component } from 'svelte'
import { count, type Key } from '../../i18n'
import type { WalletView } from '../../shared/wallet-types'
import CardStack from './CardStack.svelte'

export interface Kind {
  name: string
  title: Key
  /** How much there is, in a word or two; nothing if there is none. */
  holding: (view: WalletView) => string | undefined
  /** Shows all of it. */
  content: Component<{ view: WalletView }>
}

export const KINDS: readonly Kind[] = [
  {
    name: 'cards',
    title: 'wallet.cards',
    holding: ({ cards }) => (cards.length > 0 ? count('wallet.cards.held', cards.length) : undefined),
    content: CardStack,
  },
]
