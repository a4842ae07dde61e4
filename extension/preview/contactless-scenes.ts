// Made-up states around contactless cards.

import type { ContactlessView, OrderView, SettlementAccountView, WalletView } from '../shared/wallet-types'
import type { Scene } from './scene'

const NOW = Math.floor(Date.now() / 1000)
const HOUR = 60 * 60

const kazaguruma: SettlementAccountView = {
  account_id: 'kazaguruma',
  domain: 'kazaguruma.localhost',
  name: 'Kazaguruma Pay',
  currency: 'JPY',
  limit_minor: 30_000,
  ready: true,
  place: 'software',
}
const card: ContactlessView = {
  id: '7c1d09e2b45f8a6630aa',
  last4: '30aa',
  front_domain: kazaguruma.domain,
  front_name: kazaguruma.name,
  account_id: kazaguruma.account_id,
  account_place: 'software',
  place: 'software',
  currency: 'JPY',
  balance_minor: 5_000,
  read_at: NOW - 30,
  waiting_minor: 0,
  good_until: NOW + 570,
  charges: [],
}
const unread: ContactlessView = { ...card, balance_minor: null, read_at: null, good_until: null }
const old: ContactlessView = { ...card, read_at: NOW - 30 * HOUR, good_until: null }
const waiting: ContactlessView = {
  ...card,
  waiting_minor: 3_000,
  charges: [
    { id: 'c1', minor: 3_000, at: NOW - 60, state: 'waiting', until: NOW + HOUR, failure: null },
    { id: 'c2', minor: 90_000, at: NOW - HOUR, state: 'refused', until: null, failure: 'charge-declined' },
    { id: 'c3', minor: 5_000, at: NOW - 40 * HOUR, state: 'done', until: null, failure: null },
  ],
}
const inReader: ContactlessView = { ...card, id: '0b93f1d2c7a8e45561f0', last4: '61f0', place: 'reader', balance_minor: 1_200 }

export function contactlessScenes(ready: WalletView, asked: OrderView, moving: OrderView): Record<string, Scene> {
  const site = { domain: kazaguruma.domain, url: 'http://kazaguruma.localhost:8787/', security_domain: 'kazaguruma-security.localhost' }
  const at: WalletView = { ...ready, settlement_accounts: [kazaguruma], settlement_sites: [site] }
  const wallet = (...contactless: ContactlessView[]): Scene => ({ view: { ...at, contactless } })
  const ask = (request_id: string): Scene['ask'] => ({ kind: 'order', origin: asked.origin, request_id, begun: true, waiting: [] })
  const approving = (one: ContactlessView): Scene => ({
    view: { ...at, contactless: [one], orders: [{ ...asked, payable: [one.id, 'card'], proposed_card: one.id }] },
    ask: ask(asked.request_id),
    answers: { approve: { kind: 'wrong-pin', details: '63C2' } },
  })
  const paying = (tap: Partial<NonNullable<OrderView['tap']>>): Scene => {
    const whole = {
      card_id: card.id,
      place: 'reader',
      state: 'waiting',
      due: true,
      refusal: null,
      balance_minor: null,
      trouble: null,
    } as const
    const order: OrderView = {
      ...moving,
      parties: moving.parties.map(party =>
        party.role === 'issuer' ? { ...party, name: kazaguruma.name, domain: kazaguruma.domain } : party,
      ),
      tap: { ...whole, ...tap },
    }
    return { view: { ...at, contactless: [inReader], orders: [order] }, ask: ask(order.request_id), answers: { tap_order: 'waiting' } }
  }
  return {
    'contactless-nowhere': { view: ready },
    'contactless-no-account': { view: { ...at, settlement_accounts: [] } },
    'contactless-none': wallet(),
    'contactless-unread': wallet(unread),
    'contactless-one': wallet(card),
    'contactless-waiting': wallet(waiting),
    'contactless-two': wallet(waiting, inReader),
    'contactless-get': wallet(),
    'contactless-charge': wallet(card),
    'contactless-forget': wallet(inReader),
    'approve-contactless': approving(card),
    'approve-contactless-unread': approving(old),
    'approve-contactless-short': approving({ ...card, balance_minor: 900 }),
    'pay-contactless-hold': paying({}),
    'pay-contactless-software': paying({ place: 'software' }),
    'pay-contactless-trouble': paying({ place: 'software', trouble: 'settlement-unreachable' }),
    'pay-contactless-unknown': paying({ state: 'unknown' }),
    'pay-contactless-paid': paying({ state: 'paid', due: false, balance_minor: 1_520 }),
  }
}
