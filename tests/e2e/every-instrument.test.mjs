// T-U1: one order, five times, each paid by another instrument of one wallet: a card account, a bank account, a purse, a coupon
// with a card for the rest, a contactless card. After each the books of everybody balance.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BankCustomer } from '../../scripts/lib/bank-customer.mjs'
import { ContactlessHolder } from '../../scripts/lib/contactless-holder.mjs'
import { CouponHolder } from '../../scripts/lib/coupon-holder.mjs'
import { chargesAt, consoleOf, openWorld } from './support/world.mjs'

const TEA = [{ sku: 'sencha-100', quantity: 1 }]
const PAYERS = ['issuer', 'bank', 'coupon-office', 'settlement']
let world, aiko, customer, holder

before(async () => {
  world = await openWorld({ as: ContactlessHolder, shots: process.env.TALLYSTICK_SHOTS })
  aiko = world.shopper
  customer = new BankCustomer(world.parties, aiko.browser, aiko.person, undefined)
  holder = new CouponHolder(world.parties, aiko.browser, aiko.person, undefined)
  await aiko.enrol()
})

after(() => world?.close())

/** Buys the same once more; `choose` says in the window what pays. */
async function buy(choose) {
  const store = await aiko.fillBasket(TEA)
  const approval = await aiko.pay(store)
  await choose(approval)
  await aiko.approve(approval)
  const tracking = await aiko.delivered(approval)
  await Promise.all([approval.close(), store.close()])
  return tracking
}

/** What was paid is booked, and every account of every payer is what its transfers make it. */
async function balanced(charged, least) {
  await chargesAt(world.parties, charged, least)
  for (const payer of PAYERS) {
    const answer = await world.parties.fetch(world.parties.domain(payer), '/v1/console/trial-balance', { method: 'POST' })
    assert.equal(answer.status, 200, payer)
    assert.deepEqual(answer.json().frozen, [], payer)
  }
}

test('t_u1 a card account pays the order, and the books balance', async () => {
  await buy(() => undefined)
  await balanced('issuer', 1)
})

test('t_u1 a bank account pays it, and the books balance', async () => {
  await customer.openBankAccount()
  await customer.deposit()
  // What is on the account the wallet hears with the purse's first load.
  await customer.move('load', 10_000)
  await buy(approval => aiko.payWith(approval, /^Account/))
  await balanced('bank', 1)
})

test('t_u1 a purse in the card pays it, and the books balance', async () => {
  await buy(approval => aiko.payWith(approval, /^Purse/))
  await balanced('bank', 2)
})

test('t_u1 a coupon pays a part and the card the rest, and the books balance', async () => {
  await holder.openCouponAccount()
  const coupon = await holder.getCoupon(500)
  await buy(async approval => {
    await aiko.payWith(approval, /Asahi Card/)
    await holder.payWithCoupon(approval, coupon)
  })
  await balanced('issuer', 2)
})

test('t_u1 a contactless card pays it, and the books balance', async () => {
  await aiko.openSettlementAccount()
  const card = await aiko.getContactless()
  await aiko.putOn(card, 5_000)
  await buy(approval => aiko.payWithContactless(approval))
  await balanced('settlement', 1)
  assert.equal((await consoleOf(world.parties, 'courier')).orders.length, 5)
})
