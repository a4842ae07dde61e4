// Goods that no courier delivers: the store sells a text, which it hands over in the wallet. Nobody is told an address.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { wholeConsole } from '../../scripts/lib/console.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { axeLook } from './support/looks.mjs'
import { eventually, openWorld } from './support/world.mjs'

let world
let store
let approval

before(async () => {
  world = await openWorld()
  const { shopper } = world
  await shopper.enrol()
  store = await shopper.fillBasket([{ sku: 'brewing-guide', quantity: 1 }])
})

after(() => world?.close())

test('the store says that nothing is delivered, and offers no courier', async () => {
  await store.getByRole('heading', { name: 'Handed over by the store' }).waitFor()
  assert.equal(await store.getByRole('radio', { name: /Courier/ }).count(), 0)
  assert.deepEqual(await axeLook(store), [])
})

test('whoever approves is asked for no address, and sees two who read', async () => {
  approval = await world.shopper.pay(store)
  await approval.getByText('hands it over itself; nothing is delivered').waitFor()
  await approval.getByRole('columnheader', { name: /Asahi Card/ }).waitFor()
  assert.equal(await approval.getByRole('columnheader').count(), 3, 'what, shop and issuer')
  assert.equal(await approval.getByText(words('approve.to'), { exact: true }).count(), 0)
  assert.deepEqual(await axeLook(approval), [])
})

test('what the shop handed over is in the wallet, and the amount is charged once', async () => {
  await world.shopper.approve(approval)
  await approval.getByRole('heading', { name: /^Handed over by/ }).waitFor()
  await approval.getByRole('region', { name: 'Brewing by the Clock, a guide' }).waitFor()
  await eventually('the issuer has charged it', async () => {
    const [order] = (await world.shopper.view()).orders
    return order.strands.issuer.word === 'charged'
  })
  const [order] = (await world.shopper.view()).orders
  assert.equal(order.handed.length, 1)
  assert.equal(order.strands.courier, undefined)
  assert.deepEqual(await axeLook(approval), [])
})

test('the store’s page says so, and no courier was told of it', async () => {
  await eventually('the store shows it', () => store.getByText(/It is handed over: look at the order in your wallet/).isVisible())
  const courier = await wholeConsole(world.parties, world.parties.domain('courier'))
  assert.deepEqual(courier.lines, [])
})
