// Made-up states around accounts at banks and purses.

import type { WalletProblem } from '../shared/messages'
import type {
  BankAccountView,
  ClosedAccountView,
  MovementState,
  MovementView,
  OpeningView,
  OrderView,
  PrepaidReading,
  PrepaidView,
  PurseView,
  WalletView,
} from '../shared/wallet-types'
import type { Scene } from './scene'

/** What the other scenes are made of. */
interface Parts {
  ready: WalletView
  asked: OrderView
  moving: OrderView
  done: OrderView
  refused: OrderView
  old: OrderView
  order: (view: OrderView, also?: Partial<WalletView>) => Scene
  /** A call that never answers. */
  forever: () => Promise<unknown>
}

const NOW = Math.floor(Date.now() / 1000)
const DAY = 24 * 60 * 60

const bank = { domain: 'sumida-bank.localhost', url: 'http://sumida-bank.localhost:8787/' }
export const account: BankAccountView = {
  id: 'account',
  bank_name: 'Sumida Bank',
  bank_domain: bank.domain,
  number: '100200340042',
  end: 'account:100200340042',
  holder_name: 'Hanako Mori',
  currency: 'JPY',
  available_minor: 48_200,
  pending_minor: 0,
  as_of: NOW - 180,
  expires_at: NOW + 700 * DAY,
  face: 2,
  place: 'software',
  ready: true,
  purse_id: 'purse',
  closing: false,
}
const NUMBER = '3f9a07c25b1e4d8896aa410fe27bc2d1'
export const purse: PurseView = {
  id: 'purse',
  account_id: 'account',
  bank_name: 'Sumida Bank',
  bank_domain: bank.domain,
  number: NUMBER,
  end: `purse:${NUMBER}`,
  currency: 'JPY',
  step: 'ready',
  amount_minor: 12_350,
  out_minor: 0,
  in_minor: 0,
  waiting: [],
  checkpoint_minor: 12_350,
  checkpoint_at: NOW - 180,
  limits: { payment_minor: 5_000, total_minor: 20_000, count: 20, holding_minor: 50_000 },
  history_policy: 'upload-first',
  key_ends_at: NOW + 300 * DAY,
  place: 'software',
  wants_report: false,
  wants_card: false,
  fees: [{ option: 'account', amount_minor: 300 }],
  telling: false,
}
const CARD_NUMBER = 'd40e7712aa9c4f0e8b6f5d3c2b1a0f9e'
const prepaid: PrepaidView = {
  id: 'prepaid',
  account_id: 'account',
  agent_id: 'purse',
  bank_name: 'Sumida Bank',
  bank_domain: bank.domain,
  number: CARD_NUMBER,
  end: `prepaid:${CARD_NUMBER}`,
  currency: 'JPY',
  step: 'ready',
  amount_minor: 3_000,
  out_minor: 0,
  in_minor: 0,
  checkpoint_at: NOW - 180,
  ends_at: NOW + 1_700 * DAY,
  place: 'software',
  wants_card: false,
  wants_settling: false,
}
const closedAccount: ClosedAccountView = {
  id: 'account',
  bank_name: 'Sumida Bank',
  bank_domain: bank.domain,
  number: '100200340042',
  currency: 'JPY',
  paid_out_minor: 48_200,
  closed_at: NOW - 60,
}
const empty: PurseView = { ...purse, amount_minor: 0, checkpoint_minor: 0 }

const ends: Record<'account' | 'purse' | 'kenji' | 'prepaid' | 'shop' | 'waiting', MovementView['from']> = {
  account: { kind: 'account', number: account.number, own_id: 'account' },
  purse: { kind: 'purse', number: NUMBER, own_id: 'purse' },
  kenji: { kind: 'purse', number: '81c04e5f9d2a4b37a6e0d5c18f42b90e' },
  prepaid: { kind: 'prepaid', number: CARD_NUMBER, own_id: 'prepaid' },
  shop: { kind: 'shop', number: 'kiso-tea.localhost' },
  waiting: { kind: 'waiting', number: '9e'.repeat(32) },
}
const load: MovementView = {
  id: 'load',
  purse_id: 'purse',
  kind: 'load',
  from: ends.account,
  to: ends.purse,
  amount_minor: 3_000,
  currency: 'JPY',
  state: 'completed',
  created_at: NOW - 2 * DAY,
  updated_at: NOW - 2 * DAY,
}
const unload: MovementView = { ...load, id: 'unload', kind: 'unload', from: ends.purse, to: ends.account, amount_minor: 2_000 }
const send: MovementView = { ...load, id: 'send', kind: 'transfer', from: ends.purse, to: ends.kenji, amount_minor: 1_500 }
const giving: MovementView = { ...load, id: 'giving', kind: 'transfer', from: ends.prepaid, to: ends.purse, amount_minor: 700 }
const take: MovementView = { ...load, id: 'take', kind: 'take', from: ends.waiting, to: ends.purse, amount_minor: 1_480 }
const payment: MovementView = {
  ...load,
  id: 'payment',
  kind: 'payment',
  from: ends.purse,
  to: ends.shop,
  amount_minor: 3_480,
  request_id: 'done',
}
const now = (movement: MovementView, state: MovementState, also: Partial<MovementView> = {}): MovementView => ({
  ...movement,
  state,
  created_at: NOW - 40,
  updated_at: NOW - 20,
  ...also,
})
const reading: PrepaidReading = {
  amount_minor: 2_300,
  out_minor: 700,
  in_minor: 0,
  entries: [
    { id: 'giving', from: ends.prepaid, to: ends.purse, amount_minor: 700, balance_minor: 2_300, at: NOW - 40 },
    { id: 'topping', from: ends.account, to: ends.prepaid, amount_minor: 3_000, balance_minor: 3_000, at: NOW - DAY },
  ],
}
const offer = { before_minor: 12_350, after_minor: 10_850, expires_at: NOW + 540 }
const waiting = [
  { end: `waiting:${'9e'.repeat(32)}`, from: ends.shop, amount_minor: 1_480, at: NOW - 3_600 },
  { end: `waiting:${'7b'.repeat(32)}`, from: ends.kenji, amount_minor: 2_500, at: NOW - 600 },
]
const euros: BankAccountView = {
  ...account,
  id: 'euros',
  bank_name: 'Isar Bank',
  bank_domain: 'isar-bank.localhost',
  number: '7700410099',
  end: 'account:7700410099',
  currency: 'EUR',
  available_minor: 128_450,
  pending_minor: 2_000,
  face: 3,
  purse_id: 'euro-purse',
}
const euroPurse: PurseView = {
  ...purse,
  id: 'euro-purse',
  account_id: 'euros',
  bank_name: 'Isar Bank',
  bank_domain: 'isar-bank.localhost',
  number: 'a7'.repeat(16),
  end: `purse:${'a7'.repeat(16)}`,
  currency: 'EUR',
  amount_minor: 8_420,
  limits: { payment_minor: 5_000, total_minor: 10_000, count: 10, holding_minor: 30_000 },
}
const opening: OpeningView = {
  id: 'opening',
  bank_domain: bank.domain,
  bank_name: 'Sumida Bank',
  currency: 'JPY',
  step: 'registering',
  created_at: NOW - 5,
}

export function bankScenes({ ready, asked, moving, done, refused, old, order, forever }: Parts): Record<string, Scene> {
  const banked: WalletView = {
    ...ready,
    banks: [bank],
    accounts: [account],
    purses: [purse],
    movements: [payment, load],
    orders: [done],
  }
  const wallet = (also: Partial<WalletView>, answers: Scene['answers'] = {}): Scene => ({ view: { ...banked, ...also }, answers })
  const popup = (also: Partial<WalletView>): Scene => ({ ...wallet(also), popup: true })
  const held = (also: Partial<PurseView>, movements: MovementView[] = banked.movements): Scene =>
    wallet({ purses: [{ ...purse, ...also }], movements: [...movements] })
  const before: Partial<WalletView> = { accounts: [], purses: [], prepaid: [], movements: [], orders: [] }
  const opens = (also: Partial<WalletView>, answers: Scene['answers'] = {}): Scene => wallet({ ...before, ...also }, answers)
  const problem = (kind: string): WalletProblem => ({ kind, about: 'Sumida Bank', details: '' })
  const made: BankAccountView = { ...account, available_minor: null, pending_minor: null, as_of: null, purse_id: undefined }
  const history = Array.from({ length: 24 }, (_, place): MovementView => {
    const one = [payment, load, send, take, unload][place % 5] ?? load
    const state: MovementState = place % 7 === 3 ? 'not-completed' : 'completed'
    return { ...one, id: `${one.id}-${place}`, state, created_at: NOW - place * DAY, updated_at: NOW - place * DAY }
  })
  const parties = asked.parties.map(party => (party.role === 'issuer' ? { ...party, name: 'Sumida Bank', domain: bank.domain } : party))
  const paysWith = (id: string, also: Partial<OrderView> = {}): OrderView => ({
    ...asked,
    payable: ['card', 'ume', 'account', 'purse'],
    proposed_card: id,
    ...also,
  })
  const paid = (view: OrderView, from: 'account' | 'purse'): Scene => {
    const its = { ...view, parties, card_last4: undefined }
    const movements = from === 'purse' ? [{ ...payment, request_id: view.request_id }] : []
    return order(its, { banks: [bank], accounts: [account], purses: [purse], movements })
  }

  return {
    'bank-invited': popup({ ...before, banks: [bank] }),
    'bank-begun': popup({ ...before, openings: [{ ...opening, step: 'keys' }] }),
    'bank-home': popup({}),
    'bank-home-busy': popup({
      purses: [{ ...purse, amount_minor: 10_850, out_minor: 1_500, in_minor: 3_000, waiting }],
      movements: [now(load, 'accepted'), now(send, 'offered', { offer })],
      orders: [moving, old],
    }),
    'bank-home-many': popup({
      accounts: [account, euros],
      purses: [purse, euroPurse, { ...purse, id: 'third', number: 'c2'.repeat(16), end: `purse:${'c2'.repeat(16)}`, amount_minor: 640 }],
      orders: [old],
    }),
    'bank-side': wallet({ accounts: [account, euros], purses: [purse, euroPurse], movements: [now(load, 'accepted')] }),
    'bank-account-ends': popup({ accounts: [{ ...account, expires_at: NOW + 9 * DAY }] }),
    'bank-home-ends': popup({ purses: [{ ...purse, key_ends_at: NOW + 12 * DAY }] }),

    'opening-form': opens({}),
    'opening-banks': opens({ banks: [bank, { domain: 'isar-bank.localhost', url: '' }] }),
    'opening-none': opens({ banks: [] }),
    'opening-card-first': opens({ phase: 'new', cards: [], addresses: [] }),
    'opening-asking': opens({ openings: [{ ...opening, bank_name: '' }] }, { continue_opening: forever }),
    'opening-silent': opens({ openings: [opening] }, { continue_opening: problem('registration-unreachable') }),
    'opening-refused': opens({ openings: [{ ...opening, step: 'refused', failure: 'outside-name-differs' }] }),
    'opening-keys': opens({ openings: [{ ...opening, step: 'keys' }] }, { readers: [] }),
    'opening-certified': opens({ accounts: [{ ...made, ready: false }] }, { enrol: forever }),
    'opening-purse': opens(
      { accounts: [{ ...made, purse_id: 'purse' }], purses: [{ ...empty, step: 'applied', number: '', end: '' }] },
      { tend_purse: forever },
    ),
    'opening-purse-refused': opens({
      accounts: [made],
      purses: [{ ...empty, id: 'refused', step: 'refused', failure: 'purse-refused', number: '', end: '' }],
    }),

    'opening-done': opens({ accounts: [{ ...made, purse_id: 'purse' }], purses: [{ ...empty, key_ends_at: NOW + 365 * DAY }] }),

    'purse-none': wallet({ ...before, banks: [bank] }),
    'purse-empty': held({ ...empty, key_ends_at: NOW + 300 * DAY }, []),
    purse: held({}),
    'purse-moving': held({ amount_minor: 10_850, out_minor: 1_500, in_minor: 3_000, waiting }, [
      now(load, 'accepted'),
      now(send, 'accepted'),
      payment,
    ]),
    'purse-load': held({}),
    'purse-load-short': held({}),
    'purse-unload': held({}),
    'purse-send': held({}),
    'purse-send-wrong': held({}),
    'purse-asking': held({}, [now(load, 'asking'), payment]),
    'purse-offer': held({ amount_minor: 10_850, out_minor: 1_500 }, [
      now(send, 'offered', { offer: { ...offer, destination_name: 'Kenji Sato' } }),
      payment,
    ]),
    'purse-offer-load': held({}, [
      now(load, 'offered', { offer: { before_minor: 48_200, after_minor: 45_200, expires_at: NOW + 540 } }),
      payment,
    ]),
    'purse-missed': held({ wants_report: true }, [now(load, 'not-completed'), now(send, 'not-completed'), payment]),
    'purse-long': held({}, history),
    'purse-key-soon': held({ key_ends_at: NOW + 12 * DAY }),
    'purse-renewing': held({
      key_ends_at: NOW + 12 * DAY,
      renewal: { step: 'installing', fee: 'account', amount_minor: 300, at: NOW - 60 },
    }),
    'purse-renewal-refused': held({
      key_ends_at: NOW + 12 * DAY,
      renewal: { step: 'refused', fee: 'account', amount_minor: 300, at: NOW - 60, failure: 'fee-not-covered' },
    }),
    'purse-telling': held({ telling: true }),
    'purse-blocked': wallet({
      accounts: [{ ...account, purse_id: undefined }],
      purses: [{ ...purse, step: 'blocked', blocked: { amount_minor: 12_350, until: NOW + 7 * DAY, at: NOW - 60 } }],
    }),
    'purse-closing': wallet({ accounts: [{ ...account, purse_id: undefined }], purses: [{ ...empty, step: 'closing' }] }),
    'purse-closed': wallet({ accounts: [{ ...account, purse_id: undefined }], purses: [{ ...empty, step: 'closed' }] }),
    'purse-account-closed': wallet({
      accounts: [],
      closed_accounts: [closedAccount],
      purses: [{ ...empty, step: 'closed' }],
    }),
    'purse-renew': held({ key_ends_at: NOW + 12 * DAY }),
    'purse-lost': held({}),
    'purse-key-ended': held({ key_ends_at: NOW - DAY }),
    'purse-frozen': held({ amount_minor: 10_850, out_minor: 1_500, wants_report: true }, [
      now(send, 'asking', { failure: 'purse-blocked' }),
      payment,
    ]),
    'purse-card': wallet({ purses: [{ ...purse, place: 'reader', wants_card: true }] }, { readers: [] }),
    'purse-several': wallet({ accounts: [account, euros], purses: [euroPurse, purse] }),

    'prepaid-none': wallet({}),
    'prepaid-new': wallet({}),
    'prepaid-asked': wallet({
      prepaid: [{ ...prepaid, step: 'asked', number: '', end: '', amount_minor: 0, ends_at: null, checkpoint_at: null }],
    }),
    prepaid: wallet(
      { prepaid: [{ ...prepaid, amount_minor: 2_300, out_minor: 700 }], movements: [now(giving, 'accepted'), payment, load] },
      { read_prepaid: () => Promise.resolve(reading) },
    ),
    'prepaid-load': wallet({ prepaid: [prepaid] }),
    'prepaid-back': wallet({ prepaid: [prepaid] }),
    'prepaid-unsettled': wallet({ prepaid: [{ ...prepaid, amount_minor: 2_300, out_minor: 700, wants_settling: true }] }),
    'bank-home-prepaid': popup({ prepaid: [{ ...prepaid, amount_minor: 2_300, out_minor: 700 }] }),

    'pay-purse': order(paysWith('purse'), { ...banked, orders: [paysWith('purse')] }),
    'pay-account': order(paysWith('account'), { ...banked, orders: [paysWith('account')] }),
    'pay-choose': order(paysWith('purse'), {
      ...banked,
      purses: [{ ...purse, amount_minor: 1_250 }],
      orders: [paysWith('purse')],
    }),
    'paid-purse': paid(done, 'purse'),
    'paid-account': paid(done, 'account'),
    'paying-purse': paid(moving, 'purse'),
    'refused-purse': paid(
      { ...refused, failure: refused.failure && { ...refused.failure, about: 'Sumida Bank', issuer: 'Sumida Bank' } },
      'purse',
    ),
    'refunded-purse': paid(
      {
        ...done,
        request_id: 'back',
        sentence_key: 'refunded',
        refunded_minor: done.total_minor,
        strands: { ...done.strands, issuer: { fill: 3, word: 'refunded' } },
      },
      'purse',
    ),
    'bank-settings': wallet({}),
    'bank-orders': wallet({ orders: [done, moving, { ...old, parties }].map(one => ({ ...one, parties })) }),
  }
}
