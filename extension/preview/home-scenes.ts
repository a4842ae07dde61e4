// Made-up states around a card that stays at home, from both ends.

import type { HomeLink } from '../shared/home-link'
import type { AwayLoanView, AwayView, CardView, HomeView, LoanView, OrderView, UseView, WalletView } from '../shared/wallet-types'
import { account, purse } from './bank-scenes'
import type { Scene } from './scene'

/** What the other scenes are made of. */
interface Parts {
  ready: WalletView
  asked: OrderView
  done: OrderView
  tsubaki: CardView
  order: (view: OrderView, also?: Partial<WalletView>) => Scene
  /** A call that never answers. */
  forever: () => Promise<unknown>
}

const NOW = Math.floor(Date.now() / 1000)
const DAY = 24 * 60 * 60
const LAPTOP = '9c20'.repeat(16)
const PROXY = 'hearth.localhost'
const SHOP = 'kiso-tea.localhost'

const loan: LoanView = {
  number: 2,
  terminal: LAPTOP,
  terminal_name: 'Travel laptop',
  card_id: 'tsubaki',
  pays: 'card',
  name: 'Tsubaki Card',
  shown: '9130',
  shops: [SHOP],
  each_minor: 4_000,
  total_minor: 10_000,
  left_minor: 6_520,
  currency: 'JPY',
  count: 3,
  count_left: 2,
  ends_at: NOW + 3 * DAY,
  state: 'lent',
  is_left_with_proxy: true,
}
const kenji: LoanView = {
  ...loan,
  number: 3,
  terminal: '51aa'.repeat(16),
  terminal_name: 'Kenji, at the university',
  shops: [],
  card_id: purse.id,
  pays: 'purse',
  name: purse.bank_name,
  shown: 'c2d1',
  each_minor: 3_000,
  total_minor: 3_000,
  left_minor: 3_000,
  count: 1,
  count_left: 1,
  is_left_with_proxy: false,
}
const over: LoanView = { ...loan, number: 1, left_minor: 1_200, count_left: 0, state: 'used', ends_at: NOW - DAY }
const use: UseView = {
  number: 7,
  at: NOW - 240,
  loan: 2,
  terminal_name: 'Travel laptop',
  shop: SHOP,
  amount_minor: 3_480,
  currency: 'JPY',
  state: 'open',
  paid_by: { pays: 'card', name: 'Tsubaki Card', shown: '9130' },
}
const home: HomeView = {
  is_on: true,
  place: 'reader',
  id: '7b1d'.repeat(16),
  proxy: PROXY,
  is_registered: true,
  terminals: [
    { id: LAPTOP, name: 'Travel laptop' },
    { id: kenji.terminal, name: 'Kenji, at the university' },
  ],
  loans: [loan, kenji, over],
  uses: [
    use,
    {
      ...use,
      number: 6,
      at: NOW - 90_000,
      amount_minor: 2_960,
      state: 'given-back',
      paid_by: { pays: 'purse', name: purse.bank_name, shown: 'c2d1' },
    },
    { ...use, number: 5, at: NOW - 180_000, amount_minor: 1_480, state: 'paid' },
  ],
  first_tries_left: 5,
  second_tries_left: 5,
  mail: { is_waiting: false },
}
const connected: HomeLink = { state: 'connected', since: (NOW - 4_000) * 1000 }

const lent: AwayLoanView = {
  number: 2,
  card_id: `lent:${home.id}:2`,
  pays: 'card',
  name: 'Tsubaki Card',
  shown: '9130',
  holder_name: 'Hanako Mori',
  shops: [SHOP],
  each_minor: 4_000,
  left_minor: 6_520,
  currency: 'JPY',
  count_left: 2,
  ends_at: NOW + 3 * DAY,
  addresses: [],
}
const lentPurse: AwayLoanView = { ...lent, pays: 'purse', name: purse.bank_name, shown: 'c2d1' }
const away: AwayView = { home: home.id, place: 'software', proxy: PROXY, name: 'Hanako Mori', loans: [lent] }
const CODE = `TALLY-ACCESS-1.${'ogFYQQTn0c9sB2VQ7mKx_3d'.repeat(7)}`
const INVITATION = `TALLY-HOME-1.${'ogCiAVhBBPgH4yTzK9w-Qe1'.repeat(7)}`

export function homeScenes({ ready, asked, done, tsubaki, order, forever }: Parts): Record<string, Scene> {
  const base: WalletView = { ...ready, cards: [tsubaki], orders: [done], home_proxy: PROXY }
  const atHome = (view: Partial<HomeView> = {}, homeLink = connected, also: Partial<WalletView> = {}): Scene => ({
    view: { ...base, ...also, home: { ...home, ...view } },
    homeLink,
    answers: { readers: [{ id: 'token', name: 'Kumiki Token', dialect: 'ledger-hid', state: 'card' }], home_invitation: INVITATION },
  })
  const withLoan = (also: Partial<OrderView> = {}, homes = [away]): Scene => ({
    ...order(
      { ...asked, payable: [lent.card_id, 'card'], proposed_card: lent.card_id, ...also },
      { away: homes, cards: [{ ...tsubaki, id: 'card' }] },
    ),
    answers: { away_approve: { kind: 'home-wrong-second', details: '' } },
  })
  return {
    'home-begin': { view: base, answers: { readers: [] } },
    'home-nowhere': { view: { ...base, home_proxy: undefined } },
    'home-nobody': atHome({ is_on: false, terminals: [], loans: [], uses: [] }, { state: 'idle' }),
    'home-let-in': { ...atHome({ is_on: false, loans: [], uses: [] }, { state: 'idle' }) },
    'home-lend': atHome({ loans: [], uses: [], is_on: false }, { state: 'idle' }),
    'home-lend-purse': atHome(
      { loans: [], uses: [], is_on: false, place: 'software' },
      { state: 'idle' },
      { cards: [{ ...tsubaki, place: 'software' }], accounts: [account], purses: [purse] },
    ),
    'home-lent': atHome(),
    'home-mail-asked': atHome({ mail: { asked: 'hanako@example.jp', is_waiting: false } }),
    'home-mail-on': atHome({ mail: { address: 'hanako@example.jp', is_waiting: true } }),
    'home-down': atHome({}, { state: 'down', why: 'unreachable', since: (NOW - 300) * 1000, again_at: (NOW + 20) * 1000 }),
    'home-off': atHome({}, { state: 'off' }),
    'home-blocked': atHome({ second_tries_left: 0, is_registered: false }),
    'home-stopped': atHome({ is_on: false, loans: home.loans.map(one => ({ ...one, state: 'stopped' })) }, { state: 'idle' }),
    'home-new': { view: { ...ready, phase: 'new', cards: [] } },
    'away-begin': { view: base, answers: { away_code: CODE } },
    'away-in-reader': {
      view: { ...base, away: [{ ...away, place: 'reader' }] },
      answers: { away_fetch: { kind: 'other-access-card', details: '' } },
    },
    'away-nothing': { view: { ...base, away: [{ ...away, loans: [] }] } },
    'away-lent': { view: { ...base, away: [away] }, answers: { away_fetch: null, away_stop: null } },
    'away-unheard': {
      view: { ...base, away: [away] },
      answers: { away_stop: { kind: 'home-stop-unheard', about: PROXY, details: '' } },
    },
    'pay-lent': withLoan(),
    'pay-lent-purse': withLoan({}, [{ ...away, loans: [lentPurse] }]),
    'pay-lent-wrong': withLoan(),
    'pay-lent-barred': withLoan({ payable: [] }, [{ ...away, loans: [{ ...lent, count_left: 0, left_minor: 1_040 }] }]),
    'paying-lent': { ...withLoan({ away_step: 'signing' }), answers: { away_approve: forever } },
  }
}
