// Where on the page one is: `#PURSE` or `#PURSE/ACT`.

/** What moves value, in the order of their buttons. */
export const ACTS = ['load', 'unload', 'send'] as const
export type Act = (typeof ACTS)[number]

export function placeOf(hash: string): { purse: string; act?: Act } {
  const [purse = '', wanted] = hash.replace(/^#/, '').split('/')
  return { purse, act: ACTS.find(act => act === wanted) }
}
