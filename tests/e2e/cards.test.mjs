// Two cards of two issuers in one wallet, and two couriers at one shop: who is chosen takes part, and
// who is not learns nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AIKO, words } from '../../scripts/lib/shopper.mjs'
import { seenBy } from '../../scripts/lib/who-saw-what.mjs'
import { appearances } from './support/appearances.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

const GOODS = [{ sku: 'sencha-100', quantity: 2 }]
const SHOTS = process.env.TALLYSTICK_SHOTS
const recorded = []
let world

before(async () => {
  world = await openWorld({ record: recorded, shots: SHOTS })
  await world.shopper.enrol()
  await world.shopper.addCard('issuer-ume')
})

after(() => world?.close())

const ordersAt = async party => (await consoleOf(world.parties, party)).orders

/** What a party received, answered to others and keeps. */
function everythingAt(party) {
  const received = recorded
    .filter(({ to }) => to === party)
    .flatMap(({ request, url, headers }) => [request, Buffer.from(`${url} ${JSON.stringify(headers)}`)])
  const answers = recorded.filter(({ from }) => from === party).map(({ response }) => response)
  return [...received, ...answers, ...world.parties.held(party).map(({ bytes }) => bytes)]
}

/** The number on a card, from the offer that its issuer made. */
function numberOf(issuer, last4) {
  const offer = recorded.find(({ to, url }) => to === issuer && url.endsWith('/v1/accounts')).response.toString('latin1')
  return offer
    .match(/\d{16,}/g)
    .map(digits => digits.slice(0, 16))
    .find(digits => digits.endsWith(last4))
}

test('a second card is added with the PIN, and the two are told apart', async () => {
  const { cards, phase } = await world.shopper.view()
  assert.equal(phase, 'ready')
  assert.deepEqual(
    cards.map(card => [card.issuer_name, card.ready]),
    [
      ['Asahi Card', true],
      ['Ume Card', true],
    ],
  )
  assert.notEqual(cards[0].face, cards[1].face)
})

test('one card lies in front in the wallet, and the other is taken out by its edge', async () => {
  const { shopper } = world
  const popup = await shopper.openPage(shopper.walletUrl('popup'))
  const front = popup.getByRole('article')
  await front.getByText('Asahi Card').waitFor()
  await popup.getByRole('button', { name: /Ume Card/ }).click()
  await front.getByText('Ume Card').waitFor()
  assert.equal(await front.count(), 1)
  await popup.getByRole('button', { name: /Asahi Card/ }).waitFor()
  await popup.close()
})

test('the second card pays and the second courier delivers; the others learn nothing of it', async () => {
  const { shopper } = world
  const store = await shopper.fillBasket(GOODS, { courier: /Tsubame Express/ })
  const approval = await shopper.pay(store)
  await approval.getByRole('columnheader', { name: /Asahi Card/ }).waitFor()
  await shopper.payWith(approval, /Ume Card/)
  await approval.getByRole('columnheader', { name: /Ume Card/ }).waitFor()
  await shopper.approve(approval)
  const tracking = await shopper.delivered(approval)
  await approval.close()
  await store.getByText(tracking).waitFor()
  await store.close()
  const [order] = (await shopper.view()).orders
  assert.equal(order.total_minor, 2 * 1480 + 860)
  assert.deepEqual(
    order.parties.map(({ name }) => name),
    ['Kiso Tea & Books', 'Ume Card', 'Tsubame Express'],
  )
  assert.deepEqual(
    (await seenBy(world.parties)).map(({ name }) => name),
    ['Kiso Tea & Books', 'Ume Card', 'Tsubame Express'],
  )
  for (const idle of ['issuer', 'courier']) {
    assert.deepEqual(await ordersAt(idle), [])
    const number = numberOf('issuer-ume', order.card_last4)
    for (const secret of [number, order.order_id, tracking, 'sencha-100', AIKO.address.name, '4-1-1 Nakano']) {
      assert.equal(appearances(secret, everythingAt(idle)), 0, `the ${idle} came to know ${secret}`)
    }
  }
  assert.ok(appearances(numberOf('issuer-ume', order.card_last4), everythingAt('issuer-ume')) > 0, 'the search finds what is there')
})

test('neither issuer learns that there is another card', async () => {
  const { cards } = await world.shopper.view()
  const domains = { issuer: 'asahi-card.localhost', 'issuer-ume': 'ume-card.localhost' }
  for (const [own, other, place] of [
    ['issuer', 'issuer-ume', 1],
    ['issuer-ume', 'issuer', 0],
  ]) {
    for (const secret of [numberOf(other, cards[place].last4), domains[other]]) {
      assert.equal(appearances(secret, everythingAt(own)), 0, `${own} came to know ${secret}`)
    }
  }
})

test('the shop’s next order proposes the card and the courier of the last one, and both can be changed', async () => {
  const { shopper } = world
  const store = await shopper.fillBasket(GOODS)
  assert.ok(await store.getByRole('radio', { name: /Tsubame Express/ }).isChecked())
  await store.getByRole('radio', { name: /Hayate Courier/ }).check()
  const approval = await shopper.pay(store)
  await approval.getByRole('columnheader', { name: /Ume Card/ }).waitFor()
  await shopper.payWith(approval, /Asahi Card/)
  await shopper.approve(approval)
  await shopper.delivered(approval)
  await approval.close()
  await store.close()
  const newest = (await shopper.view()).orders[0]
  assert.deepEqual(
    newest.parties.map(({ name }) => name),
    ['Kiso Tea & Books', 'Asahi Card', 'Hayate Courier'],
  )
})

test('a card is removed after a question and with the PIN, and the other one still pays', async () => {
  const { shopper } = world
  await eventually('all orders are settled', async () => (await ordersAt('issuer-ume')).every(({ state }) => state === 'captured'))
  const settings = await shopper.openPage(shopper.walletUrl('settings'))
  await shopper.shot(settings, 'settings-cards', { fullPage: true })
  const { cards } = await shopper.view()
  const named = { issuer: 'Ume Card', last4: cards[1].last4 }
  await settings.getByRole('button', { name: words('settings.cards.remove.named', named) }).click()
  await settings.getByText(words('settings.cards.sure', named)).waitFor()
  await settings.getByLabel(words('add.pin'), { exact: true }).fill(AIKO.pin)
  await shopper.shot(settings, 'settings-remove', { fullPage: true })
  await settings.getByRole('button', { name: words('settings.cards.remove'), exact: true }).click()
  await eventually('the card is gone', async () => (await shopper.view()).cards.length === 1)
  const { cards: left, orders } = await shopper.view()
  assert.deepEqual([left[0].issuer_name, orders.length], ['Asahi Card', 2])
})
