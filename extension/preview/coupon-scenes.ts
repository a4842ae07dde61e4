// Made-up states around coupons.

import type { CouponOfficeView, CouponView, LookedAt, WalletView } from '../shared/wallet-types'
import type { Scene } from './scene'

const NOW = Math.floor(Date.now() / 1000)
const HOUR = 60 * 60
const DAY = 24 * HOUR

const warifu: CouponOfficeView = {
  account_id: 'warifu',
  domain: 'warifu.localhost',
  name: 'Warifu Coupons',
  currency: 'JPY',
  limit_minor: 50_000,
  ready: true,
  place: 'software',
}
const yen = (minor: number) => ({ minor, currency: 'JPY' })
const coupon: CouponView = {
  id: '2a7c91e04b5d4f8899aa10c2d4e6f801',
  account_id: 'warifu',
  office_domain: warifu.domain,
  office_name: warifu.name,
  kind: 'voucher',
  funding: 'prepaid',
  value: yen(1_000),
  shops: [],
  minimum_total: null,
  condition: null,
  once_each: false,
  not_before: NOW - 20 * DAY,
  valid_until: NOW + 160 * DAY,
  state: 'owned',
  usable: true,
  unconfirmed: false,
  locked: false,
  under_way: null,
  ask: null,
  timeline: [{ at: NOW - 20 * DAY, what: 'bought', whom: null, money: null }],
  former: false,
  made_of: null,
  ends_soon: false,
}
const one = (id: string, also: Partial<CouponView>): CouponView => ({ ...coupon, id, ...also })
const begun = { since: NOW - 60, to: null, until: null, text: null, failure: null }
const KENJI = 'a1f0…77c2'

const campaign = one('campaign', {
  value: yen(500),
  shops: ['kiso-tea.localhost'],
  minimum_total: yen(2_000),
  condition: 'new tea',
  once_each: true,
  valid_until: NOW + 5 * DAY + HOUR,
  ends_soon: true,
  timeline: [{ at: NOW - 9 * DAY, what: 'from-campaign', whom: null, money: null }],
})
const cash = one('cash', { kind: 'electronic-money', value: yen(3_000), funding: 'postpaid' })
const unconfirmed = one('unconfirmed', {
  value: yen(1_500),
  usable: false,
  unconfirmed: true,
  timeline: [{ at: NOW - 90, what: 'received', whom: KENJI, money: null }],
})
const locked = one('locked', { locked: true, value: null, kind: null, funding: null, usable: false, not_before: 0, valid_until: 0 })
const asked = one('asked', {
  value: yen(800),
  usable: false,
  state: 'asked',
  ask: { to: KENJI, until: NOW + 500 },
  timeline: [...coupon.timeline, { at: NOW - 100, what: 'was-asked', whom: KENJI, money: null }],
})
const given = one('given', {
  usable: false,
  under_way: { ...begun, what: 'transfer', to: KENJI, until: NOW + 7 * DAY, text: `tallystick:coupon?1.${'Zm9sZ'.repeat(420)}` },
  timeline: [...coupon.timeline, { at: NOW - 60, what: 'handed-on', whom: KENJI, money: null }],
})
const offered = one('offered', {
  usable: false,
  state: 'offered',
  under_way: {
    ...begun,
    what: 'offer',
    until: NOW + 7 * DAY,
    text: 'https://warifu.localhost/claim#2a7c91e04b5d4f8899aa10c2d4e6f801.Yk9wTqCq1mB2xv0s6dPz0c8R5aQe7n4Jt3LrKf1hWuE',
  },
  timeline: [...coupon.timeline, { at: NOW - 60, what: 'offered', whom: null, money: null }],
})
const spent = one('spent', {
  usable: false,
  state: 'spent',
  timeline: [
    ...coupon.timeline,
    { at: NOW - 3 * DAY, what: 'ordered', whom: 'kiso-tea.localhost', money: yen(620) },
    { at: NOW - 2 * DAY, what: 'spent', whom: 'kiso-tea.localhost', money: yen(620) },
  ],
})
const rest = one('rest', { value: yen(380), made_of: 'spent', timeline: [{ at: NOW - 2 * DAY, what: 'made-of', whom: null, money: null }] })
const over = [
  spent,
  one('converted', { usable: false, state: 'converted', value: yen(2_000) }),
  one('expired', { usable: false, state: 'expired', valid_until: NOW - DAY }),
]
const former = one('former', { former: true, usable: false })
const early = one('early', { not_before: NOW + 3 * DAY, valid_until: NOW + 30 * DAY })
const moving = one('moving', { usable: false, under_way: { ...begun, what: 'redemption' }, value: yen(700), unconfirmed: true })
const missed = one('missed', { usable: false, under_way: { ...begun, what: 'conversion', failure: 'office-unreachable' } })

const looked: LookedAt = {
  what: 'given',
  office_name: warifu.name,
  office_domain: warifu.domain,
  to: 'c4d2…0e19',
  coupon: { kind: 'voucher', value: yen(1_000), valid_until: NOW + 160 * DAY, shops: [], minimum_total: null, condition: null },
  verdict: 'valid',
  mine: true,
  account_ids: ['warifu'],
}

export function couponScenes(ready: WalletView): Record<string, Scene> {
  const site = { domain: warifu.domain, url: 'http://warifu.localhost:8787/' }
  const at: WalletView = { ...ready, coupon_offices: [warifu], coupon_sites: [site] }
  const wallet = (coupons: CouponView[], answers: Scene['answers'] = {}): Scene => ({ view: { ...at, coupons }, answers })
  const handed = (seen: Partial<LookedAt>): Scene => ({
    ...wallet([], { look_at_coupon: () => Promise.resolve({ ...looked, ...seen }) }),
    ask: { kind: 'coupon', origin: 'http://warifu.localhost:8787', begun: true, waiting: [], text: 'https://warifu.localhost/claim#x' },
  })
  const bill = {
    charged: yen(1_620),
    converted: yen(1_000),
    period_ends: NOW + 12 * DAY,
    lines: [
      { number: 2, kind: 'conversion', coupon: 'converted', money: yen(1_000), at: NOW - DAY },
      { number: 1, kind: 'charge', coupon: 'spent', money: yen(1_620), at: NOW - 2 * DAY },
    ],
  }
  const all = [campaign, cash, coupon, early, rest, unconfirmed, asked, offered, locked, ...over]
  return {
    'coupons-nowhere': { view: { ...at, coupon_offices: [] } },
    'coupons-none': wallet([]),
    'coupons-all': wallet(all, { coupon_bill: bill }),
    'coupons-one': wallet([coupon]),
    'coupons-campaign': wallet([campaign]),
    'coupons-unconfirmed': wallet([unconfirmed]),
    'coupons-locked': wallet([locked]),
    'coupons-asked': wallet([asked]),
    'coupons-given': wallet([given]),
    'coupons-offered': wallet([offered]),
    'coupons-spent': wallet([spent, rest]),
    'coupons-moving': wallet([moving]),
    'coupons-missed': wallet([missed]),
    'coupons-former': wallet([former]),
    'coupons-get': wallet([]),
    'coupons-address': wallet([], { coupon_address: 'tallystick:coupon?1.aGVyZSBpcyBhIGhvbGRlcg' }),
    'coupons-give': wallet([coupon], {
      look_at_coupon: { ...looked, what: 'address', coupon: null, mine: false, verdict: null, to: KENJI },
    }),
    'coupons-give-own': wallet([coupon], { look_at_coupon: { ...looked, what: 'address', coupon: null } }),
    'coupons-link': wallet([coupon]),
    'coupons-show': wallet([coupon], { show_coupon: `tallystick:coupon?1.${'Zm9sZ'.repeat(300)}` }),
    'coupons-lock': wallet([coupon], { lock_coupon: { kind: 'coupon-password-invalid', details: '' } }),
    'coupons-convert': wallet([coupon]),
    'coupons-take': handed({}),
    'coupons-take-link': handed({ what: 'link', coupon: null, verdict: null, to: null, mine: false }),
    'coupons-take-campaign': handed({ what: 'campaign', verdict: null, to: null, mine: false }),
    'coupons-take-shown': handed({ what: 'shown', to: null, mine: false }),
    'coupons-take-forged': handed({ verdict: 'forged' }),
    'coupons-take-elsewhere': handed({ mine: false, verdict: null }),
    'coupons-take-paste': wallet([]),
    'coupons-home': { ...wallet([campaign, cash, coupon]), popup: true },
  }
}
