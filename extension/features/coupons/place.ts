// Where on the page one is: `#all` coupons, `#COUPON` or `#COUPON/ACT`, `#get`, `#take` or `#take/ASK`, `#address`.

export const COUPON_ACTS = ['give', 'link', 'show', 'lock', 'convert'] as const
export type CouponAct = (typeof COUPON_ACTS)[number]

export type Place =
  | { at: 'all' | 'get' | 'address' }
  /** `ask` names what a web page handed over. */
  | { at: 'take'; ask?: string }
  | { at: 'coupon'; id: string; act?: CouponAct }

export function placeOf(hash: string): Place {
  const [first = '', second] = hash.replace(/^#/, '').split('/')
  if (first === '' || first === 'all') return { at: 'all' }
  if (first === 'get' || first === 'address') return { at: first }
  if (first === 'take') return { at: 'take', ask: second }
  return { at: 'coupon', id: first, act: COUPON_ACTS.find(act => act === second) }
}
