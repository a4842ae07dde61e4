// The service worker dies: while a card is added, at Approve, after sending, before the receipt. Everything
// goes on, once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Shopper, words } from '../../scripts/lib/shopper.mjs'
import { chargesAt, consoleOf, eventually, openWorld } from './support/world.mjs'

/** Fewer than a page repeats a call before it says that the wallet does not answer. */
const KILLS_MAX = 7

let world

before(async () => {
  world = await openWorld()
})

after(() => world?.close())

test('the service worker dies again and again while a card is added: one account, one card, and the PUK is seen', async () => {
  const { shopper, parties } = world
  const onboarding = await shopper.openAccount()
  await onboarding.getByLabel(words('onboarding.passphrase'), { exact: true }).waitFor()
  assert.equal(await shopper.killServiceWorker(), 1, 'while the form is filled in')
  let killed = 1
  let done = false
  // From the moment the PUK is shown until the card is ready, in growing pauses, so that each life does something.
  const kill = async () => {
    for (let pause = 20; !done && killed < KILLS_MAX; pause += 60) {
      killed += await shopper.killServiceWorker()
      await new Promise(resolve => setTimeout(resolve, pause))
    }
  }
  let killing
  const puk = await shopper.setUp(onboarding, { onPuk: () => (killing = kill()) }).finally(() => (done = true))
  await killing
  assert.match(puk, /^[\dA-Z]{4}-[\dA-Z]{4}$/)
  assert.ok(killed >= 3, `killed ${killed} times`)
  const view = await shopper.view()
  assert.deepEqual([view.phase, view.cards.length, view.addresses.length], ['ready', 1, 1])
  const [{ wallets }] = await parties.sql('issuer', 'SELECT count(*) AS wallets FROM issuer_holders')
  assert.equal(wallets, 1)
  await onboarding.close()
})

test('the service worker dies while the wallet is made: it was made, or the form is still there', async () => {
  const other = await Shopper.start(world.parties, { extension: world.extension })
  try {
    const onboarding = await other.openAccount()
    const { passphrase, pin } = other.person
    await onboarding.getByLabel(words('onboarding.passphrase'), { exact: true }).fill(passphrase)
    await onboarding.getByLabel(words('onboarding.pin'), { exact: true }).fill(pin)
    await onboarding.getByLabel(words('onboarding.pin.again')).fill(pin)
    await onboarding.getByRole('button', { name: words('onboarding.create') }).click()
    await new Promise(resolve => setTimeout(resolve, 50))
    assert.equal(await other.killServiceWorker(), 1)
    // On a busy machine the next service worker may be the first that hears of it.
    const unheard = onboarding.getByText('The wallet’s own background does not answer.')
    await unheard.or(onboarding.getByRole('heading', { name: words('onboarding.puk.title') })).waitFor()
    if (await unheard.isVisible()) {
      await onboarding.getByRole('button', { name: words('action.retry') }).click()
      await other.setUp(onboarding)
    } else {
      await other.finishSetUp(onboarding)
    }
    assert.equal((await other.view()).phase, 'ready')
  } finally {
    await other.close()
  }
})

const approvals = () => world.shopper.context.pages().filter(page => page.url().includes('/approve.html'))

/** Buys one thing while `moment` kills the service worker; everything must happen exactly once. */
async function buyKilledAt(sku, moment) {
  const { shopper, parties } = world
  const before = (await consoleOf(parties, 'courier')).orders.length
  const store = await shopper.fillBasket([{ sku, quantity: 1 }])
  const approval = await shopper.pay(store)
  await Promise.all([moment(approval), shopper.approve(approval)])
  const tracking = await shopper.delivered(approval)
  const { orders } = await consoleOf(parties, 'courier')
  assert.equal(orders.length, before + 1, 'the courier has this order exactly once')
  assert.equal((await chargesAt(parties, 'issuer', before + 1)).length, before + 1, 'each order was charged exactly once')
  assert.equal(approvals().length, 1, 'one window asked')
  await store.getByText(tracking).waitFor()
  await Promise.all([approval.close(), store.close()])
}

/** Kills the service worker `ms` after Approve was pressed. */
const killedAfter = ms => async approval => {
  await approval
    .getByRole('button', { name: /^Sealing/ })
    .waitFor({ timeout: 10_000 })
    .catch(() => {})
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
