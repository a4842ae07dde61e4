// A contactless card in the browser: made, charged, held to the reader for an order, and what comes back onto it. Whatever
// passes between is recorded, at both ways to the security server.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CONTACTLESS, ContactlessHolder } from '../../scripts/lib/contactless-holder.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { axeLook, motionLook, narrowLook } from './support/looks.mjs'
import { chargesAt, consoleOf, eventually, openWorld } from './support/world.mjs'

const SHOTS = process.env.TALLYSTICK_SHOTS
const recorded = []
let world, aiko, card

const looksWell = async page => {
  for (const look of [await axeLook(page), await motionLook(page), await narrowLook(page, { width: 320, height: 640 })])
    assert.deepEqual(look, [], page.url())
}
const front = () => consoleOf(world.parties, 'settlement')
const balance = async () => (await aiko.tapCards())[0].balance_minor

before(async () => {
  world = await openWorld({ record: recorded, shots: SHOTS, as: ContactlessHolder })
  aiko = world.shopper
  await aiko.enrol()
})

after(() => world?.close())

test('without an account the page says where there is one', async () => {
  const page = await aiko.contactless()
  await page.getByText(words('tap.none.account')).waitFor()
  await looksWell(page)
  await page.close()
})

test('a card of the wallet becomes a contactless one', async () => {
  await aiko.openSettlementAccount()
  card = await aiko.getContactless()
  assert.equal(await balance(), null)
})

test('t003_2 t003_8 nothing is approved before the card was read, nor by one with too little on it', async () => {
  const store = await aiko.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await aiko.pay(store)
  await aiko.payWith(approval, new RegExp(`^${CONTACTLESS}`))
  const read = approval.getByRole('button', { name: words('approve.tap.read.button'), exact: true })
  await read.waitFor()
  assert.equal(await approval.getByRole('button', { name: /^Approve/ }).count(), 0)
  await looksWell(approval)
  await read.click()
  await approval.getByText(words('approve.over.contactless', { issuer: 'Kazaguruma Pay', left: '¥0' })).waitFor()
  await approval.getByRole('button', { name: words('approve.decline') }).click()
  await store.close()
})

test('t003_11 the account puts value on it, and pays it once the card has it', async () => {
  await aiko.putOn(card, 5_000)
  assert.equal(await balance(), 5_000)
  const { 'card-charges': charges } = await front()
  assert.equal(charges.length, 1)
})

test('t003_2 the window shows goods, total and what is on the card before anything is approved; then the card pays', async () => {
  const store = await aiko.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await aiko.pay(store)
  await aiko.payWithContactless(approval)
  await approval.getByText(words('approve.tap.balance', { amount: '¥5,000' })).waitFor()
  await approval.getByText('Sencha', { exact: false }).first().waitFor()
  const [{ total_minor: total }] = (await aiko.view()).orders
  await looksWell(approval)
  await aiko.approve(approval)
  await aiko.delivered(approval)
  assert.equal(await balance(), 5_000 - total)
  await chargesAt(world.parties, 'settlement', 1)
  const { 'settlement-log': log, 'settlements-unresolved': unresolved } = await front()
  assert.equal(unresolved.length, 0)
  assert.equal(log.length, 2, 'the charge and the payment')
  await Promise.all([approval.close(), store.close()])
})

test('t003_1 t003_7 who relays sees no card, and the shop sees neither alias nor balance', async () => {
  const said = recorded.filter(({ to }) => to === 'shop').flatMap(({ request, response }) => [request, response])
  const alias = Buffer.from(card, 'hex')
  assert.ok(said.length > 0)
  assert.ok(
    said.every(bytes => !bytes.includes(alias)),
    'the alias is not with the shop',
  )
})

test('t_u5 what the shop gives back waits for the card, and is on it once', async () => {
  const before = await balance()
  await aiko.haveRefunded(300)
  await eventually('it waits', async () => (await front())['card-credits']?.length > 0)
  await aiko.collect(card)
  assert.equal(await balance(), before + 300)
  const page = await aiko.contactless(card)
  await page.getByRole('button', { name: words('tap.read'), exact: true }).click()
  await page
    .getByText(`¥${(before + 300).toLocaleString('en')}`)
    .first()
    .waitFor()
  await page.close()
})

test('t003_10 by way of the settlement server the same is booked', async () => {
  const page = await aiko.contactless()
  await page.getByText(words('tap.route'), { exact: true }).click()
  await page.getByRole('radio', { name: new RegExp(`^${words('tap.route.front')}`) }).check()
  await page.close()
  const before = await balance()
  const seen = recorded.length
  const store = await aiko.fillBasket([{ sku: 'kukicha-100', quantity: 1 }])
  const approval = await aiko.pay(store)
  await aiko.payWithContactless(approval)
  await aiko.approve(approval)
  await aiko.delivered(approval)
  const paths = recorded
    .slice(seen)
    .filter(({ from }) => from === 'outside')
    .map(({ to, url }) => `${to} ${new URL(url).pathname}`)
  assert.ok(paths.includes('settlement /v1/taps'))
  assert.ok(!paths.includes('security-server /v1/taps'), 'the wallet asked the front alone')
  const [{ total_minor: total }] = (await aiko.view()).orders
  assert.equal(await balance(), before - total)
  assert.equal((await front())['settlements-unresolved'].length, 0)
  await Promise.all([approval.close(), store.close()])
})

test('the service worker dies while the card pays: it pays once', async () => {
  await aiko.putOn(card, 5_000)
  const before = await balance()
  const store = await aiko.fillBasket([{ sku: 'hojicha-100', quantity: 1 }])
  const approval = await aiko.pay(store)
  await aiko.payWithContactless(approval)
  await aiko.approve(approval)
  await new Promise(resolve => setTimeout(resolve, 400))
  await aiko.killServiceWorker()
  await aiko.delivered(approval)
  const [{ total_minor: total }] = (await aiko.view()).orders
  const page = await aiko.contactless(card)
  await page.getByRole('button', { name: words('tap.read'), exact: true }).click()
  await eventually('it was read', async () => (await balance()) === before - total)
  await Promise.all([approval.close(), store.close(), page.close()])
})
