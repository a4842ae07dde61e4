// Which card stays at home.

import type { CardView, KeyPlace, WalletView } from '../../shared/wallet-types'

/** Where cards are that can be lent. Those that are made to be left somewhere come first. */
export const homePlaces = ({ cards }: Pick<WalletView, 'cards'>): KeyPlace[] =>
  (['reader', 'hosted', 'software'] as const).filter(place => cards.some(card => card.ready && card.place === place))

/** The accounts that can be lent: those of the card at home. */
export const lendable = ({ cards }: Pick<WalletView, 'cards'>, place: KeyPlace): CardView[] =>
  cards.filter(card => card.ready && card.place === place)
