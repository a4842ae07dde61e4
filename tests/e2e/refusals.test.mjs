// When somebody says no: nothing stays reserved, the goods go back, and the wallet says so.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { AIKO, words } from '../../scripts/lib/shopper.mjs'
import { consoleOf, eventually, openWorld, stockOf } from './support/world.mjs'

const problemWords = (await import('../../extension/i18n/problems/en.json', { with: { type: 'json' } })).default

let world

before(async () => {
  world = await openWorld()
  await world.shopper.enrol()
})

after(() => world?.close())

// What was refused or declined is in the basket again; the next test's order must not hold it too.
afterEach(async () => {
  const store = await world.shopper.openPage(world.parties.url('shop'))
  await store.evaluate(() => localStorage.clear())
  await store.close()
})

/** Nothing of the issuer's ledger is set aside any more. */
async function nothingReserved() {
  const { orders } = await consoleOf(world.parties, 'issuer')
  return orders.every(({ state }) => !/reserved/i.test(state))
}

async function lastOrder() {
  return (await world.shopper.view()).orders.toSorted((one, other) => other.created_at - one.created_at)[0]
}

test('t002_14 the issuer refuses an order over the limit: no withdrawal, no delivery, the goods go back', async () => {
  const { shopper, parties } = world
  const before = await stockOf(parties, 'kyusu-pot')
  const store = await shopper.fillBasket([{ sku: 'kyusu-pot', quantity: Math.min(before, 12) }])
  const approval = await shopper.pay(store)
  await shopper.approve(approval)
  const order = await eventually('the order is refused', async () => {
    const last = await lastOrder()
    return last.state === 'refused' && last
  })
  assert.equal(order.tracking, undefined)
  const sentence = problemWords[`problem.${order.failure.kind}.sentence`].replace('{about}', order.failure.about)
  await approval.getByText(sentence).waitFor()
  assert.ok(await nothingReserved())
  await eventually('the goods are back', async () => (await stockOf(parties, 'kyusu-pot')) === before)
  assert.deepEqual((await consoleOf(parties, 'courier')).orders, [])
  await Promise.all([approval.close(), store.close()])
})

test('what the issuer refused is paid with another card in place: the basket is as it was', async () => {
  const { shopper } = world
  await shopper.addCard('issuer-ume')
  const store = await shopper.fillBasket([{ sku: 'kyusu-pot', quantity: Math.min(await stockOf(world.parties, 'kyusu-pot'), 12) }])
  const approval = await shopper.pay(store)
  await shopper.payWith(approval, /Asahi Card/)
  await shopper.approve(approval)
  await store.getByText('Your basket is as it was.').waitFor()
  await store.getByRole('link', { name: 'Pay with another card' }).waitFor()
  const again = shopper.context.waitForEvent('page', { predicate: page => page.url().includes('/approve.html') })
  await approval.getByRole('button', { name: words('approve.again') }).click()
  const second = await again
  await second.getByLabel(words('approve.pin'), { exact: true }).waitFor()
  const [asked] = (await shopper.view()).orders.filter(({ state }) => state === 'asked')
  assert.equal(asked.parties[1].name, 'Ume Card', 'another card is proposed')
  await second.getByRole('button', { name: words('approve.decline') }).click()
  await store.getByText('You declined in your wallet, or closed its window.').waitFor()
  await store.close()
})

test('t002_14 the courier refuses: what the issuer reserved is released, the goods go back', async () => {
  const { shopper, parties } = world
  const before = await stockOf(parties, 'hojicha-100')
  const store = await shopper.fillBasket([{ sku: 'hojicha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await approval
    .getByRole('button', { name: words('action.change') })
    .last()
    .click()
  await approval.getByRole('button', { name: words('approve.pick.new') }).click()
  await shopper.fillAddress(approval, { ...AIKO.address, lines: '1 Okinotorishima, Ogasawara, Tokyo' })
  await approval.getByLabel(words('address.label'), { exact: true }).fill('The island')
  await approval.getByRole('button', { name: words('address.save') }).click()
  await shopper.approve(approval)
  const order = await eventually('the order is refused', async () => {
    const last = await lastOrder()
    return last.state === 'refused' && last
  })
  assert.equal(order.strands.courier.word, 'refused')
  assert.ok(['reserved', 'released', 'never-asked'].includes(order.failure.money_key), order.failure.money_key)
  await eventually('the reservation is released', nothingReserved)
  await eventually('the goods are back', async () => (await stockOf(parties, 'hojicha-100')) === before)
  await Promise.all([approval.close(), store.close()])
})

test('a wrong PIN says how many tries are left and sends nothing; the right one then pays', async () => {
  const { shopper, parties } = world
  const store = await shopper.fillBasket([{ sku: 'genmaicha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  const ordersBefore = (await consoleOf(parties, 'shop')).orders.length
  await shopper.approve(approval, '111111')
  await approval.getByText(/wrong.*2 tries left/).waitFor()
  assert.equal((await consoleOf(parties, 'shop')).orders.length, ordersBefore)
  await shopper.approve(approval)
  await shopper.delivered(approval)
  await Promise.all([approval.close(), store.close()])
})

test('declining tells the shop only that the holder said no', async () => {
  const { shopper, parties } = world
  const ordersBefore = (await consoleOf(parties, 'shop')).orders.length
  const store = await shopper.fillBasket([{ sku: 'book-of-tea', quantity: 1 }])
  const approval = await shopper.pay(store)
  await approval.getByRole('button', { name: words('approve.decline') }).click()
  await store.getByRole('alert').waitFor()
  assert.equal((await consoleOf(parties, 'shop')).orders.length, ordersBefore)
  assert.equal((await lastOrder()).state, 'declined')
  await store.close()
})
