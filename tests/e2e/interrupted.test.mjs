// The page, the tab or the extension itself changes in mid-purchase: nothing is lost, nothing is ordered twice.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { consoleOf, openWorld } from './support/world.mjs'

let world

before(async () => {
  world = await openWorld()
  await world.shopper.enrol()
})

after(() => world?.close())

const ordersAt = async role => (await consoleOf(world.parties, role)).orders.length

/** Runs `buy`; afterwards shop and courier must have exactly `orders` orders more. */
async function ordering(orders, buy) {
  const before = await Promise.all([ordersAt('shop'), ordersAt('courier')])
  await buy(world.shopper)
  assert.deepEqual(await Promise.all([ordersAt('shop'), ordersAt('courier')]), before.map(count => count + orders))
}

const approvals = () => world.shopper.context.pages().filter(page => page.url().includes('/approve.html'))

/** The store's page of an order, whose address names the order's form. */
const orderPage = store => store.waitForURL(/#\/order\/[0-9a-f]{64}$/)

async function basketIsEmpty(store) {
  await store.getByText('Basket, 0 items').waitFor({ state: 'attached' })
}

test('the store is reloaded while the wallet asks: it takes the request up again and gets the answer', () =>
  ordering(1, async shopper => {
    const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
    const approval = await shopper.pay(store)
    await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()
    await store.reload()
    await store.getByText('Your wallet is asking you.').waitFor()
    assert.equal(approvals().length, 1, 'the same window still asks')
    await shopper.approve(approval)
    const tracking = await shopper.delivered(approval)
    await orderPage(store)
    await store.getByText(tracking).waitFor()
    await basketIsEmpty(store)
    await Promise.all([approval.close(), store.close()])
  }))

test('the store is reloaded after Approve: the order is on its page, and no second window opens', () =>
  ordering(1, async shopper => {
    const store = await shopper.fillBasket([{ sku: 'hojicha-100', quantity: 1 }])
    const approval = await shopper.pay(store)
    await shopper.approve(approval)
    await store.reload()
    const tracking = await shopper.delivered(approval)
    await approval.close()
    await orderPage(store)
    await store.getByText(tracking).waitFor()
    assert.equal(approvals().length, 0)
    await store.close()
  }))

test('the store is away while the holder approves, and comes back: the order is there', () =>
  ordering(1, async shopper => {
    const store = await shopper.fillBasket([{ sku: 'kukicha-100', quantity: 1 }])
    const approval = await shopper.pay(store)
    await store.goto('about:blank')
    await shopper.approve(approval)
    const tracking = await shopper.delivered(approval)
    await approval.close()
    await store.goto(`${world.parties.url('shop')}/#/checkout`)
    await orderPage(store)
    await store.getByText(tracking).waitFor()
    assert.equal(approvals().length, 0, 'what is decided is not asked again')
    await store.close()
  }))

test('the store is reloaded and the holder declines: the page says so', () =>
  ordering(0, async shopper => {
    const store = await shopper.fillBasket([{ sku: 'genmaicha-100', quantity: 1 }])
    const approval = await shopper.pay(store)
    await store.reload()
    await store.getByText('Your wallet is asking you.').waitFor()
    await approval.getByRole('button', { name: words('approve.decline') }).click()
    await store.getByText('You declined in your wallet.').waitFor()
    await store.reload()
    await store.locator('#pay:not([disabled])').waitFor()
    assert.equal(approvals().length, 0, 'what was declined is not asked again')
    await store.close()
  }))

test('two tabs of one store ask: the later one takes the place of the earlier one, which says so', () =>
  ordering(1, async shopper => {
    const first = await shopper.fillBasket([{ sku: 'book-of-tea', quantity: 1 }])
    const replaced = await shopper.pay(first)
    const second = await shopper.openPage(`${world.parties.url('shop')}/#/checkout`)
    await second.locator('#pay:not([disabled])').waitFor()
    const approval = await shopper.pay(second)
    await first.getByText('Another tab of this store').waitFor()
    assert.ok(replaced.isClosed(), 'one window asks, not two')
    await shopper.approve(approval)
    await shopper.delivered(approval)
    await orderPage(second)
    await Promise.all([approval.close(), first.close(), second.close()])
  }))
