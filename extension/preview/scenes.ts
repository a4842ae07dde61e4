// Made-up states of the wallet, one for each thing a page must be able to show.

import type { AskView, WalletProblem } from '../shared/messages'
import type { ReaderView } from '../shared/reader-types'
import type { Address, CardView, LocalTextView, MatrixRow, OrderView, ReaderCardView, WalletView } from '../shared/wallet-types'
import { bankScenes } from './bank-scenes'
import { contactlessScenes } from './contactless-scenes'
import { couponScenes } from './coupon-scenes'
import { homeScenes } from './home-scenes'
import { manyOrdersScenes } from './many-orders-scenes'
import { orderCouponScenes } from './order-coupon-scenes'
import type { Scene } from './scene'

const NOW = Math.floor(Date.now() / 1000)

const card: CardView = {
  id: 'card',
  issuer_name: 'Asahi Card',
  issuer_domain: 'asahi-card.localhost',
  last4: '4242',
  expiry: '09/29',
  holder_name: 'Hanako Mori',
  holder_telephone: '+81355550142',
  limit_minor: 50_000,
  left_minor: 50_000,
  currency: 'JPY',
  face: 0,
  ready: true,
  place: 'software',
}
const ume: CardView = { ...card, id: 'ume', issuer_name: 'Ume Card', issuer_domain: 'ume-card.localhost', last4: '1187', face: 1 }
const address: Address = {
  id: 'home',
  label: 'Home, Nakano',
  name: 'Hanako Mori',
  telephone: '+81 3 5555 0142',
  postal_code: '164-0001',
  lines: '2-14-6 Nakano, Nakano-ku, Tokyo',
  country: 'JP',
}
const office: Address = { ...address, id: 'office', label: 'Office', postal_code: '100-0005', lines: '1-9 Marunouchi, Chiyoda-ku, Tokyo' }

const row = (name: MatrixRow['row'], readers: string, asks: MatrixRow['asks'] = []): MatrixRow => ({
  row: name,
  shop: readers.includes('s'),
  issuer: readers.includes('i'),
  courier: readers.includes('c'),
  asks,
})
const strict = [
  row('items', 's'),
  row('amount', 'si'),
  row('payment', 'i'),
  row('name', 'ic'),
  row('telephone', 'ic'),
  row('destination', 'c'),
]

/** As long as an order may still become a gift, and of one that is. */
const withGift = [...strict.slice(0, 3), row('gift', 's'), ...strict.slice(3)]

/** A name in two languages, as a form has it. */
const inTwo = (en: string, ja: string): LocalTextView[] => [
  { language: 'en', text: en },
  { language: 'ja', text: ja },
]

const asked: OrderView = {
  request_id: 'asked',
  origin: 'http://kiso-tea.localhost:8787',
  certified_by: 'Tallystick CA',
  parties: [
    { role: 'shop', domain: 'kiso-tea.localhost', name: 'Kiso Tea & Books', certified: true, confirmed: false },
    { role: 'issuer', domain: 'asahi-card.localhost', name: 'Asahi Card', certified: true, confirmed: false },
    { role: 'courier', domain: 'hayate.localhost', name: 'Hayate Courier', certified: true, confirmed: false },
  ],
  items: [{ name: 'Sencha, first flush', names: inTwo('Sencha, first flush', '煎茶 一番茶'), quantity: 2, price_minor: 1480 }],
  delivery: { name: 'Hayate Courier', price_minor: 520 },
  total_minor: 3480,
  tax: [
    { basis_points: 800, taxable_minor: 2960, tax_minor: 219 },
    { basis_points: 1000, taxable_minor: 520, tax_minor: 47 },
  ],
  seller: { name: '木曽茶舗', address: '長野県塩尻市奈良井 4-17', registration: 'T1234567890123' },
  rest_minor: 3480,
  takes_coupons: false,
  takes_issuers: true,
  coupons: [],
  paid_coupons: [],
  currency: 'JPY',
  policy: 'strict',
  extra: [],
  matrix: strict,
  payable: ['card', 'ume'],
  proposed_card: 'card',
  proposed_address: 'home',
  state: 'asked',
  strands: { shop: { fill: 0, word: 'waiting' }, issuer: { fill: 0, word: 'waiting' }, courier: { fill: 0, word: 'waiting' } },
  sentence_key: 'asked',
  can_cancel: false,
  is_parcel_under_way: false,
  created_at: NOW,
  updated_at: NOW,
  expires_at: NOW + 600,
  history: [{ at: NOW, event: 'asked' }],
}

const happened = (...events: string[]) => events.map((event, place) => ({ at: NOW - 60 + place, event }))
const confirmedParties = asked.parties.map(party => ({ ...party, confirmed: true }))
const moving: OrderView = {
  ...asked,
  request_id: 'moving',
  order_id: '5c'.repeat(32),
  number: '5c5c-5c5c',
  state: 'received',
  sentence_key: 'received',
  can_cancel: true,
  parties: confirmedParties,
  card_last4: '4242',
  address_label: 'Home, Nakano',
  strands: { shop: { fill: 2, word: 'received' }, issuer: { fill: 1, word: 'asking' }, courier: { fill: 1, word: 'confirmed' } },
  history: happened('asked', 'approved', 'confirmed-issuer', 'confirmed-shop', 'confirmed-courier', 'sent', 'received'),
}
const done: OrderView = {
  ...moving,
  request_id: 'done',
  state: 'delivering',
  sentence_key: 'delivering',
  can_cancel: false,
  tracking: 'HY-2049-3381-07',
  strands: { shop: { fill: 3, word: 'accepted' }, issuer: { fill: 3, word: 'charged' }, courier: { fill: 3, word: 'label' } },
  history: happened(
    'asked',
    'approved',
    'confirmed-issuer',
    'confirmed-shop',
    'confirmed-courier',
    'sent',
    'received',
    'authorised',
    'accepted',
    'charged',
  ),
}
/** Of goods that no courier delivers: a licence that the shop hands over. */
const licence: OrderView = {
  ...asked,
  request_id: 'licence',
  parties: asked.parties.filter(({ role }) => role !== 'courier'),
  delivery: undefined,
  without_courier: 'by-shop',
  matrix: strict.filter(({ row }) => row !== 'destination').map(row => ({ ...row, courier: false })),
  proposed_address: undefined,
  strands: { shop: { fill: 0, word: 'waiting' }, issuer: { fill: 0, word: 'waiting' } },
}
const handedOver: OrderView = {
  ...done,
  ...licence,
  request_id: 'handed-over',
  state: 'delivering',
  sentence_key: 'handed-over',
  address_label: undefined,
  tracking: undefined,
  handed: [{ name: licence.items[0]?.name ?? '', text: 'ABCD-1234-EFGH\nhttps://kiso-tea.localhost/guide' }],
  strands: { shop: { fill: 3, word: 'handed-over' }, issuer: { fill: 3, word: 'charged' } },
  history: happened('asked', 'approved', 'confirmed-issuer', 'confirmed-shop', 'sent', 'received', 'authorised', 'handed-over', 'charged'),
}
/** Of which courier and shop say how far its parcel is. */
const onTheWay: OrderView = {
  ...done,
  request_id: 'on-the-way',
  strands: { ...done.strands, courier: { fill: 3, word: 'on-the-way' } },
  is_parcel_under_way: true,
  parcel: {
    code: '7K3M-9Q5T',
    page: 'http://hayate.localhost:8787/#HY-2049-3381-0701/7K3M-9Q5T',
    moves: [
      { step: 'label-made', at: NOW - 40 * 3600 },
      { step: 'handed-over', at: NOW - 20 * 3600 },
      { step: 'on-the-way', at: NOW - 2 * 3600 },
    ],
    is_news: true,
  },
  history: [...done.history, ...happened('parcel-handed-over', 'parcel-on-the-way')],
}
const delivered: OrderView = {
  ...onTheWay,
  request_id: 'delivered',
  strands: { ...done.strands, courier: { fill: 3, word: 'delivered' } },
  is_parcel_under_way: false,
  parcel: {
    code: '7K3M-9Q5T',
    page: 'http://hayate.localhost:8787/#HY-2049-3381-0701/7K3M-9Q5T',
    moves: [...(onTheWay.parcel?.moves ?? []), { step: 'delivered', at: NOW - 600 }],
    is_news: false,
  },
  history: [...onTheWay.history, ...happened('parcel-delivered')],
}
const refused: OrderView = {
  ...moving,
  request_id: 'refused',
  state: 'refused',
  sentence_key: 'refused',
  strands: { shop: { fill: 2, word: 'received' }, issuer: { fill: 0, word: 'refused' }, courier: { fill: 0, word: 'stopped' } },
  failure: {
    kind: 'issuer-refused',
    about: 'Asahi Card',
    money_key: 'refused',
    issuer: 'Asahi Card',
    until: 0,
  },
}
const old: OrderView = {
  ...done,
  request_id: 'old',
  created_at: NOW - 864000,
  updated_at: NOW - 864000,
  total_minor: 1980,
  rest_minor: 1980,
}
const receipt: OrderView = { ...done, destination: `${address.name}\n${address.lines}\n${address.postal_code}\nJP` }
/** Of a shop that says nothing of tax. */
const untaxed: OrderView = { ...receipt, tax: [], seller: undefined }
const extra: OrderView = {
  ...asked,
  extra: [{ role: 'shop', rows: ['telephone'] }],
  matrix: strict.map(one => (one.row === 'telephone' ? { ...one, shop: true, asks: ['shop'] } : one)),
}
const long: OrderView = {
  ...asked,
  items: Array.from({ length: 9 }, (_, place) => ({ name: `Haiku of the seasons, volume ${place + 1}`, quantity: 1, price_minor: 1200 })),
  total_minor: 11_320,
  matrix: [...strict.slice(0, 5), row('holder_address', 'i'), ...strict.slice(5)],
}

const ready: WalletView = {
  phase: 'ready',
  cards: [card, ume],
  addresses: [address, office],
  orders: [],
  banks: [],
  coupon_offices: [],
  coupon_sites: [],
  coupons: [],
  settlement_accounts: [],
  settlement_sites: [],
  contactless: [],
  settlement_route: 'direct',
  openings: [],
  accounts: [],
  closed_accounts: [],
  away: [],
  purses: [],
  prepaid: [],
  movements: [],
  payments: [],
  unreadable_orders: 0,
  pin_tries_left: 3,
  puk_tries_left: 3,
  reader_pin_tries_left: null,
  reader_puk_tries_left: null,
  opens_with_puk: false,
  welcome_url: 'http://asahi-card.localhost:8787/',
  lock_minutes: 15,
}
const offer = { issuer_name: card.issuer_name, issuer_domain: card.issuer_domain, card }
const fresh: WalletView = { ...ready, phase: 'new', cards: [], addresses: [] }
const about = { shop_name: 'Kiso Tea & Books', total_minor: 2_000, currency: 'JPY' }
const sheet = { first: 4, second: 17, place: 'software' } as const
const codes = {
  puk: '7K3M-Q2XD',
  recovery_code: '4T9W-0ZC8-QM2H-71DE-VX5R',
  accounts: [{ issuer_name: 'Asahi Card', last4: '4242', code: '8HKQ2-ZM04X-W7C1D-PT5RE-93VNA' }],
}
const askOrder = (request_id?: string): AskView => ({ kind: 'order', origin: asked.origin, request_id, begun: true, waiting: [] })
const wrongPin: WalletProblem = { kind: 'wrong-pin', details: '63C2' }

const order = (view: OrderView, also: Partial<WalletView> = {}): Scene => ({
  view: { ...ready, orders: [view], ...also },
  ask: askOrder(view.request_id),
  answers: { approve: wrongPin },
})

const tsubaki: CardView = { ...card, id: 'tsubaki', issuer_name: 'Tsubaki Card', last4: '9130', face: 2, place: 'reader' }
const held: WalletView = { ...ready, cards: [tsubaki, card], reader_pin_tries_left: 2 }
const reader = (state: ReaderView['state'], also: Partial<ReaderView> = {}): ReaderView => ({
  id: 'token',
  name: 'Kumiki Token',
  dialect: 'ledger-hid',
  state,
  ...also,
})
const pad = (state: ReaderView['state']): ReaderView => reader(state, { id: 'pad', name: 'Sony RC-S300', dialect: 'rc-s300' })
const used: ReaderCardView = { kind: 'in-use', pin_tries_left: 3, puk_tries_left: 3, free_slots: 15, card_ids: ['tsubaki'] }
const freshCard: ReaderCardView = { ...used, kind: 'new', free_slots: 16, card_ids: [] }
const forever = () => new Promise(() => undefined)
const problem = (kind: string): WalletProblem => ({ kind, about: 'Kumiki Token', details: '' })

/** The page of the readers, with a reader and perhaps a card in it. */
const readers = (views: ReaderView[], reader_card: unknown = used, view = held): Scene => ({
  view,
  answers: { readers: views, reader_filters: { hid: [{}], usb: [{}] }, reader_card, prepare_reader_card: '7K3M-Q2XD' },
})
/** The approval window of an order that the card in the reader pays. */
const byReader = (views: ReaderView[], approve: unknown = forever): Scene => ({
  view: { ...held, orders: [{ ...asked, payable: ['tsubaki', 'card'], proposed_card: 'tsubaki' }] },
  ask: askOrder('asked'),
  answers: { readers: views, approve, reader_card: used },
})
const further: WalletView = {
  ...ready,
  cards: [card],
  offer: { ...offer, issuer_name: ume.issuer_name, issuer_domain: ume.issuer_domain, card: ume },
}

export const SCENES: Record<string, Scene> = {
  asked: order({ ...asked, matrix: withGift }),
  gift: order({ ...done, matrix: withGift, gift: { note: 'Happy birthday, Kenji!\n\nお誕生日おめでとう。\nAiko' } }),
  extra: order(extra),
  'by-shop': order(licence),
  'handed-over': order(handedOver),
  long: order(long),
  'no-address': order(asked, { addresses: [] }),
  blocked: order(asked, { pin_tries_left: 0 }),
  'one-try': order(asked, { pin_tries_left: 1 }),
  moving: order(moving),
  done: order(done),
  parcels: { view: { ...ready, orders: [onTheWay, delivered, old] } },
  'popup-parcel': { view: { ...ready, orders: [onTheWay, delivered, old] }, popup: true },
  refused: order(refused),
  expired: order({ ...asked, state: 'expired' }),
  locked: { view: { ...fresh, phase: 'locked' }, ask: askOrder() },
  'no-card': { view: fresh, ask: { ...askOrder(), about } },
  gone: { view: ready },
  problem: {
    problem: { kind: 'deployment-missing', details: 'deployment.json is not in the extension.' },
  },

  new: { view: fresh, popup: true },
  'popup-locked': { view: { ...fresh, phase: 'locked' }, popup: true },
  quiet: { view: ready, popup: true },
  busy: { view: { ...ready, orders: [moving, done, refused, old] }, popup: true },

  several: {
    view: { ...ready, cards: [card, ume, tsubaki, { ...ume, id: 'far', last4: '0093', face: 3, left_minor: 1_250 }] },
    popup: true,
  },
  'many-cards': {
    view: { ...ready, cards: Array.from({ length: 16 }, (_, face) => ({ ...ume, id: `${face}`, last4: `${1000 + face}`, face })) },
    popup: true,
  },

  offered: { view: { ...fresh, phase: 'offered', offer }, answers: { set_up: codes } },
  'offered-midway': { view: { ...fresh, phase: 'offered', offer }, answers: { set_up: codes, waiting_purchase: about } },
  'sheet-unkept': { view: { ...ready, sheet }, popup: true },
  'sheet-settings': { view: { ...ready, sheet }, answers: { show_codes: codes, confirm_codes: { kind: 'codes-wrong', details: '' } } },
  'sheet-shown': { view: { ...ready, sheet }, answers: { new_codes: codes, confirm_codes: { kind: 'codes-wrong', details: '' } } },
  'sheet-asked': { view: { ...ready, sheet }, answers: { new_codes: codes, confirm_codes: { kind: 'codes-wrong', details: '' } } },
  enrolling: { view: { ...fresh, phase: 'enrolling', offer, enrolment: { step: 'certificate', steps_done: 1, steps_total: 5 } } },
  finished: { view: ready },
  orders: { view: { ...ready, orders: [moving, done, refused, old] } },
  'many-addresses': {
    view: { ...ready, addresses: Array.from({ length: 8 }, (_, place) => ({ ...office, id: `${place}`, label: `Office ${place + 1}` })) },
  },
  receipt: {
    view: { ...ready, orders: [receipt] },
    answers: { evidence: ['form', 'authorisation', 'acceptance'].map(what => ({ what, digest: 'a3f1'.repeat(16) })) },
  },

  'receipt-untaxed': {
    view: { ...ready, orders: [untaxed] },
    answers: { evidence: [] },
  },

  'readers-unsupported': { ...readers([]), devices: false },
  'readers-none': readers([]),
  'readers-not-chosen': readers([]),
  'readers-absent': readers([reader('absent')]),
  'readers-empty': readers([reader('no-card')]),
  'readers-held': readers([reader('held')]),
  'readers-new': readers([reader('card')], freshCard),
  'readers-puk': readers([reader('card')], freshCard),
  'readers-used': readers([reader('card'), pad('no-card')]),
  'readers-blocked': readers([reader('card')], { ...used, pin_tries_left: 0 }),
  'readers-dead': readers([reader('card')], { ...used, pin_tries_left: 0, puk_tries_left: 0 }),
  'readers-foreign': readers([pad('card')], { ...used, kind: 'foreign', card_ids: [] }),
  'readers-fault': readers([reader('card')], problem('card-removed')),
  'readers-first': readers([reader('no-card')], used, fresh),
  'readers-locked': readers([reader('card')], used, { ...fresh, phase: 'locked' }),
  'by-reader': byReader([reader('card')]),
  'by-reader-insert': byReader([reader('no-card')]),
  'by-reader-pulled': byReader([reader('card')], problem('card-removed')),
  'by-reader-other': byReader([reader('card')], problem('other-card')),
  'by-reader-working': byReader([reader('card')]),
  'by-reader-wrong': byReader([reader('card')], wrongPin),
  further: { view: further, answers: { readers: [] } },
  'further-reader': { view: further, answers: { readers: [reader('card')], reader_card: used } },
  'further-new-card': { view: further, answers: { readers: [reader('card')], reader_card: freshCard } },
  'with-reader': { view: held, answers: { readers: [reader('card')], reader_card: used, move_card: null } },
  'move-asked': { view: held, answers: { readers: [reader('no-card')], reader_card: used } },
  'move-working': {
    view: { ...held, enrolment: { step: 'certificate', steps_done: 1, steps_total: 5 } },
    answers: { readers: [reader('card')], reader_card: used, move_card: forever },
  },

  ...homeScenes({ ready, asked, done, tsubaki, order, forever }),
  ...contactlessScenes(ready, asked, moving),
  ...couponScenes(ready),
  ...bankScenes({ ready, asked, moving, done, refused, old, order, forever }),
  ...manyOrdersScenes({ ready, asked, moving, done, refused, card: ume }),
  ...orderCouponScenes({ ready, asked, done, order }),
}
