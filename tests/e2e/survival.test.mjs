// The service worker dies: at Approve, after sending, before the receipt. The purchase goes on, once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

let world

before(async () => {
  world = await openWorld()
  await world.shopper.enrol()
})

after(() => world?.close())

/** Buys one thing while `moment` kills the service worker; everything must happen exactly once. */
async function buyKilledAt(sku, moment) {
  const { shopper, parties } = world
  const before = (await consoleOf(parties, 'courier')).orders.length
  const store = await shopper.fillBasket([{ sku, quantity: 1 }])
  const approval = await shopper.pay(store)
  const killing = moment(approval)
  await shopper.approve(approval)
  await killing
  const tracking = await shopper.delivered(approval)
  const { orders } = await consoleOf(parties, 'courier')
  assert.equal(orders.length, before + 1, 'the courier has this order exactly once')
  const charged = (await consoleOf(parties, 'issuer')).ledger.filter(({ memo }) => /captur|charg|paid/i.test(memo))
  assert.equal(charged.length, before + 1, 'each order was charged exactly once')
  await store.getByText(tracking).waitFor()
  await Promise.all([approval.close(), store.close()])
}

/** Kills the service worker `ms` after Approve was pressed. */
const killedAfter = ms => async approval => {
  await approval.getByRole('button', { name: /^Sealing/ }).waitFor({ timeout: 10_000 }).catch(() => {})
  await new Promise(resolve => setTimeout(resolve, ms))
  assert.equal(await world.shopper.killServiceWorker(), 1, 'a service worker was killed')
}

test('the service worker dies at Approve', () => buyKilledAt('sencha-100', killedAfter(0)))

test('the service worker dies while the parties are confirmed', () => buyKilledAt('gyokuro-50', killedAfter(60)))

test('the service worker dies after sending', () => buyKilledAt('hojicha-100', killedAfter(150)))

test('the service worker dies before the receipt', () => buyKilledAt('genmaicha-100', killedAfter(300)))

test('the service worker dies while the window asks', async () => {
  await buyKilledAt('kukicha-100', async () => assert.equal(await world.shopper.killServiceWorker(), 1))
})

test('the wallet, killed when everything is done, still shows every order', async () => {
  assert.equal(await world.shopper.killServiceWorker(), 1)
  const view = await eventually('the wallet answers', () => world.shopper.view())
  assert.equal(view.orders.filter(({ state }) => state === 'delivering').length, 5)
})
