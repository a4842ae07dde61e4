// The page, the tab or the extension itself changes in mid-purchase: nothing is lost, nothing is ordered twice.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Shopper, words } from '../../scripts/lib/shopper.mjs'
import { consoleOf, eventually, openWorld, stockOf } from './support/world.mjs'

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
  assert.deepEqual(
    await Promise.all([ordersAt('shop'), ordersAt('courier')]),
    before.map(count => count + orders),
  )
}

const approvals = () => world.shopper.context.pages().filter(page => page.url().includes('/approve.html'))

/** The store's page of an order, whose address names the order's form. */
const orderPage = store => store.waitForURL(/#\/order\/[0-9a-f]{66}$/)

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
    await store.getByText('You declined in your wallet, or closed its window.').waitFor()
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

test('all parties are down at Approve and come back: the order waits for them and goes on by itself', () =>
  ordering(1, async shopper => {
    const store = await shopper.fillBasket([{ sku: 'matcha-30', quantity: 1 }])
    const approval = await shopper.pay(store)
    await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()
    await world.down()
    await shopper.approve(approval)
    await approval.getByText(words('approve.background')).waitFor()
    await world.back()
    const tracking = await shopper.delivered(approval)
    await store.getByText(tracking).waitFor()
    await Promise.all([approval.close(), store.close()])
  }))

test('two wallets want the last pieces: the shop sells them once, and the other holder is told what it means', async () => {
  const { shopper, parties } = world
  const other = await Shopper.start(parties, { extension: world.extension })
  try {
    await other.enrol()
    const left = await stockOf(parties, 'tea-road')
    const [store, othersStore] = await Promise.all([shopper, other].map(one => one.fillBasket([{ sku: 'tea-road', quantity: left }])))
    const approval = await shopper.pay(store) // the form says that they are there
    const othersApproval = await other.pay(othersStore)
    await other.approve(othersApproval)
    await other.delivered(othersApproval)
    await shopper.approve(approval)
    await approval.getByText('Kiso Tea & Books says that it no longer has all of these goods.').waitFor()
    // The shop's word alone ends nothing.
    await approval.getByText('the shop could still have your card charged', { exact: false }).waitFor()
    await store.getByText('This order has stopped').waitFor()
    assert.equal(await stockOf(parties, 'tea-road'), 0)
    const stale = await shopper.openPage(`${parties.url('shop')}/#/checkout`)
    await stale.getByText('Not everything in your basket is still in stock.').waitFor()
    await stale.evaluate(() => localStorage.clear())
    await Promise.all([approval.close(), store.close(), stale.close()])
  } finally {
    await other.close()
  }
})

/** Another version of the extension is put in the place of this one, with the same profile. */
async function update(version) {
  const { context } = world.shopper
  const extensions = await world.shopper.openPage('chrome://extensions/')
  // An unpacked extension starts again only where its developer may load one.
  await extensions.evaluate(() => new Promise(done => chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true }, done)))
  await extensions.close()
  const manifest = join(world.extension, 'manifest.json')
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version }))
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
  await worker.evaluate(() => chrome.runtime.reload()).catch(() => {})
  await eventually('the new version runs', async () => {
    const page = await world.shopper.openPage(world.shopper.walletUrl('popup')).catch(() => undefined)
    const runs = await page?.evaluate(() => chrome.runtime.getManifest().version).catch(() => undefined)
    await page?.close()
    return runs === version
  })
}

async function unlock(page) {
  await page.getByLabel(words('unlock.passphrase'), { exact: true }).fill(world.shopper.person.passphrase)
  await page.getByRole('button', { name: words('action.unlock'), exact: true }).click()
}

test('the extension is updated while it asks: the page says what to do, and reloaded it goes on with the same order', () =>
  ordering(1, async shopper => {
    const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
    await shopper.pay(store)
    await update('0.1.0.1')
    await store.getByText('nothing is ordered twice').waitFor()
    await Promise.all([store.waitForEvent('load'), store.getByRole('button', { name: 'Reload this page' }).click()])
    await store.getByText('Press the button to go on with your order.').waitFor()
    assert.equal(approvals().length, 0, 'nothing opens before somebody presses')
    const approval = await shopper.pay(store)
    await unlock(approval)
    await shopper.approve(approval)
    const tracking = await shopper.delivered(approval)
    await orderPage(store)
    await store.getByText(tracking).waitFor()
    await Promise.all([approval.close(), store.close()])
  }))

test('the extension is updated after Approve: the order goes on once the wallet is unlocked, and once only', () =>
  ordering(1, async shopper => {
    const store = await shopper.fillBasket([{ sku: 'gyokuro-50', quantity: 1 }])
    const approval = await shopper.pay(store)
    await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()
    // While nobody answers, the order is under way for as long as the update takes.
    await world.down()
    await shopper.approve(approval)
    await approval.getByText(words('approve.background')).waitFor()
    await update('0.1.0.2')
    await world.back()
    const popup = await shopper.openPage(shopper.walletUrl('popup'))
    await popup.getByText(words('unlock.text')).waitFor()
    await unlock(popup)
    const order = await eventually('the order is on its way', async () => {
      const { orders } = await shopper.view()
      const last = orders.toSorted((one, other) => other.created_at - one.created_at)[0]
      return last?.state === 'delivering' && last
    })
    await store.reload()
    await orderPage(store)
    await store.getByText(order.tracking).waitFor()
    await Promise.all([popup.close(), store.close()])
  }))
