// Where on the page one is: `#all` cards, `#CARD` or `#CARD/ACT`, `#get`.

export const CARD_ACTS = ['charge', 'forget'] as const
export type CardAct = (typeof CARD_ACTS)[number]

export type Place = { at: 'all' | 'get' } | { at: 'card'; id: string; act?: CardAct }

export function placeOf(hash: string): Place {
  const [first = '', second] = hash.replace(/^#/, '').split('/')
  if (first === '' || first === 'all') return { at: 'all' }
  if (first === 'get') return { at: first }
  return { at: 'card', id: first, act: CARD_ACTS.find(act => act === second) }
}
