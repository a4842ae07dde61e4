// Purchases at a shop whose orders lie over four objects, with its goods at one more.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { consoleOf, eventually, openWorld, stockOf } from './support/world.mjs'

let world
const orders = []

before(async () => {
  world = await openWorld({ vars: { shop: { SHARDS: '4' } } })
  const { shopper } = world
  await shopper.enrol()
  for (const quantity of [1, 2]) {
    const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity }])
    const approval = await shopper.pay(store)
    await shopper.approve(approval)
    const tracking = await shopper.delivered(approval)
    await store.waitForURL(/#\/order\/[0-9a-f]{66}$/)
    orders.push({ store, tracking })
  }
})

after(() => world?.close())

test('the store asks for an order by the reference that came with its form, and shows its tracking number', async () => {
  for (const { store, tracking } of orders) await store.getByText(tracking).waitFor()
})

test('each order is at one shard and none at the office, and the console shows them all', async () => {
  const kept = world.parties.sql('shop', 'SELECT count(*) AS orders, (SELECT count(*) FROM shop_stock) AS goods FROM shop_orders')
  const objects = await kept
  assert.equal(
    objects.reduce((sum, { orders }) => sum + orders, 0),
    2,
  )
  // The office has what it had when it was alone, which the stock took over.
  assert.ok(
    objects.every(({ orders, goods }) => orders === 0 || goods === 0),
    'no shard has goods',
  )
  assert.ok(
    objects.some(({ goods }) => goods > 0),
    'the stock has them',
  )
  assert.equal((await consoleOf(world.parties, 'shop')).orders.length, 2)
})

test('the stock goes down once for each', async () => {
  await eventually('the catalogue says what is left', async () => (await stockOf(world.parties, 'sencha-100')) === 57)
})
