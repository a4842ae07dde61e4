// Orders that coupons pay, in part or whole.

import type { CouponView, MatrixRow, OrderView, PricedView, WalletView } from '../shared/wallet-types'
import type { Scene } from './scene'

interface Parts {
  ready: WalletView
  asked: OrderView
  done: OrderView
  order: (view: OrderView, also?: Partial<WalletView>) => Scene
}

const NOW = Math.floor(Date.now() / 1000)
const DAY = 86_400

const voucher: CouponView = {
  id: 'voucher',
  account_id: 'office',
  office_domain: 'warifu.localhost',
  office_name: 'Warifu Coupons',
  kind: 'voucher',
  funding: 'prepaid',
  value: { minor: 1_000, currency: 'JPY' },
  shops: [],
  minimum_total: null,
  condition: null,
  once_each: false,
  not_before: NOW - DAY,
  valid_until: NOW + 40 * DAY,
  state: 'owned',
  usable: true,
  unconfirmed: false,
  locked: false,
  under_way: null,
  ask: null,
  timeline: [],
  former: false,
  made_of: null,
  ends_soon: false,
}
const money: CouponView = { ...voucher, id: 'money', kind: 'electronic-money', value: { minor: 5_000, currency: 'JPY' } }
const dear: CouponView = { ...voucher, id: 'dear', minimum_total: { minor: 8_000, currency: 'JPY' } }
const locked: CouponView = { ...voucher, id: 'locked', kind: null, funding: null, value: null, locked: true }

const seen: MatrixRow = { row: 'coupons', shop: true, issuer: false, courier: false, asks: [] }

export function orderCouponScenes({ ready, asked, done, order }: Parts): Record<string, Scene> {
  const held: Partial<WalletView> = { coupons: [voucher, money, dear, locked] }
  const matrix = (rows: MatrixRow[]) => [...rows.slice(0, 3), seen, ...rows.slice(3)]
  const offered: OrderView = {
    ...asked,
    takes_coupons: true,
    matrix: matrix(asked.matrix),
    coupons: [
      { id: 'voucher', pays_minor: 1_000, place: 'software' },
      { id: 'money', pays_minor: 3_480, place: 'software' },
      { id: 'dear', obstacle: 'total', place: 'software' },
      { id: 'locked', obstacle: 'locked', place: 'software' },
    ],
  }
  const chosen = (priced: PricedView): Scene => {
    const scene = order(offered, { ...ready, ...held, orders: [offered] })
    return { ...scene, answers: { ...scene.answers, price_with_coupons: priced } }
  }
  const part: PricedView = { shares: [{ id: 'voucher', minor: 1_000 }], rest_minor: 2_480, place: 'software' }
  const paid: OrderView = {
    ...done,
    matrix: matrix(done.matrix),
    takes_coupons: true,
    rest_minor: 2_480,
    paid_coupons: [{ id: 'voucher', office_name: 'Warifu Coupons', minor: 1_000, given_back_minor: 400 }],
  }
  const refused: OrderView = { ...offered, takes_coupons: false, coupons: offered.coupons.map(one => ({ ...one, obstacle: 'none-here' })) }
  const alone: OrderView = { ...offered, takes_issuers: false, payable: [] }
  return {
    'pay-coupons': chosen(part),
    'pay-coupons-alone': order(alone, { ...ready, ...held, orders: [alone] }),
    'pay-coupons-chosen': chosen(part),
    'pay-coupons-whole': chosen({
      shares: [{ id: 'money', minor: 3_480 }],
      rest_minor: 0,
      place: 'software',
      office_domain: 'warifu.localhost',
      office_name: 'Warifu Coupons',
    }),
    'pay-coupons-together': chosen({ shares: [], rest_minor: 3_480, obstacle: 'vouchers' }),
    'pay-coupons-nowhere': order(refused, { ...ready, ...held, orders: [refused] }),
    'paid-coupons': order(paid, held),
    'receipt-coupons': { view: { ...ready, ...held, orders: [paid] }, answers: { evidence: [] } },
  }
}
