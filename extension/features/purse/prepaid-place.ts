// Where on the page one is: `#CARD`, `#CARD/ACT`, or `#new/ACCOUNT`.

import type { Act } from './place'

/** What moves value of a prepaid card, in the order of their buttons. */
export const ACTS = ['load', 'unload', 'send'] as const satisfies readonly Act[]

export function placeOf(hash: string): { card: string; act?: Act; account?: string } {
  const [card = '', rest] = hash.replace(/^#/, '').split('/')
  if (card === 'new') return { card: '', account: rest ?? '' }
  return { card, act: ACTS.find(act => act === rest) }
}
