// Keys on a card in a reader: the virtual card behind a software USB device, through Chromium's own
// WebHID. It is prepared, makes the keys of an account, pays, is pulled out, and is another card.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { DEVICE, VirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { seenBy } from '../../scripts/lib/who-saw-what.mjs'
import { chargesAt, openWorld } from './support/world.mjs'

const skip = (await whyNoDevice()) ?? false
/** GENERAL AUTHENTICATE, with which the card signs an order. */
const SIGNING = 'ins=87'
/** What a hand takes at least to change cards; the window looks twice a second. */
const HAND_MS = 1_500
const GOODS = [{ sku: 'hojicha-100', quantity: 1 }]
let card
let world
let puk

before(async () => {
  if (skip) return
  card = await VirtualCard.start()
  world = await openWorld({ card, shots: process.env.TALLYSTICK_SHOTS })
  puk = await world.shopper.enrolInReader('issuer-ume')
})

after(async () => {
  await world?.close()
  await card?.close()
})

const charges = async least => (await chargesAt(world.parties, 'issuer-ume', least)).length

/** The store's page and the wallet's window, which asks for the PIN of the card in the reader. */
async function asked() {
  const store = await world.shopper.fillBasket(GOODS)
  const approval = await world.shopper.pay(store)
  await approval.getByLabel(words('approve.pin.reader'), { exact: true }).waitFor()
  return { store, approval }
}

/** Waits until the courier has accepted the order and the store knows; it must have been charged once. */
async function bought({ store, approval }, before) {
  const tracking = await world.shopper.delivered(approval)
  await store.getByText(tracking).waitFor()
  assert.equal(await charges(before + 1), before + 1, 'charged once')
  await approval.close()
  await store.close()
}

const says = (approval, key) => approval.getByRole('heading', { name: words(key, { reader: DEVICE.name }) }).waitFor()

test('a new card in the reader is given its PIN, and a PUK that is shown once', { skip }, () => {
  assert.match(puk, /^[\dA-Z]{4}-[\dA-Z]{4}$/)
})

test('it makes the keys of an account, which lives there from then on', { skip }, async () => {
  const { cards } = await world.shopper.view()
  assert.deepEqual(
    cards.map(({ issuer_name, place }) => [issuer_name, place]),
    [
      ['Asahi Card', 'software'],
      ['Ume Card', 'reader'],
    ],
  )
})

test('it signs a whole purchase through WebHID, up to the courier’s acceptance', { skip }, async () => {
  const { shopper } = world
  const before = await charges()
  const counted = await card.counters()
  const store = await shopper.fillBasket(GOODS)
  const approval = await shopper.pay(store)
  await shopper.payWith(approval, /Ume Card/)
  await shopper.approveInReader(approval)
  await bought({ store, approval }, before)
  assert.ok((await card.counters()).commands > counted.commands, 'the card was asked')
})

test('t002_1 with a card in a reader too, each party opens only its part', { skip }, async () => {
  const seen = await seenBy(world.parties)
  assert.deepEqual(
    seen.map(({ name }) => name),
    ['Kiso Tea & Books', 'Ume Card', 'Hayate Courier'],
  )
  assert.deepEqual(
    seen.flatMap(party => party.openedOfOthers),
    [],
  )
  const fieldsOf = role =>
    seen
      .find(party => party.role === role)
      .opened.map(({ field }) => field)
      .sort()
  assert.deepEqual(fieldsOf('issuer'), ['amount', 'card-expiry', 'card-number', 'holder-name', 'holder-telephone', 'payment-type'])
  assert.deepEqual(fieldsOf('courier'), ['destination-address', 'destination-name', 'destination-telephone'])
})

/** Buys while the card goes by `pull`, an instruction given before; it is put back when the window asks for it. */
async function buyPulled(pull) {
  const before = await charges()
  const order = await asked()
  await pull()
  const gone = card.pulled()
  await world.shopper.approveInReader(order.approval)
  await gone
  await says(order.approval, 'turn.pulled')
  assert.equal(await charges(), before, 'nothing was sent')
  await card.insert()
  await bought(order, before)
}

test('the card is pulled out as it is to sign: the window asks for it, and with it back the order is charged once', { skip }, () =>
  buyPulled(() => card.pullBefore(SIGNING)),
)

test('the card is pulled out when it has signed, before it answers: with it back the order is charged once', { skip }, () =>
  buyPulled(() => card.pullAfter(SIGNING)),
)

test('without the card the window asks for it, and goes on when it is put in', { skip }, async () => {
  const before = await charges()
  const order = await asked()
  await card.pull()
  await world.shopper.approveInReader(order.approval)
  await says(order.approval, 'turn.insert')
  await card.insert()
  await bought(order, before)
})

test('while another program holds the reader the window names it, and goes on when it is free', { skip }, async () => {
  const before = await charges()
  const order = await asked()
  await card.hold()
  await world.shopper.approveInReader(order.approval)
  await says(order.approval, 'readers.now.not-opened')
  await card.release()
  await bought(order, before)
})

test('a wrong PIN costs one of the card’s own tries, which the window tells; the right one then pays', { skip }, async () => {
  const before = await charges()
  const order = await asked()
  await world.shopper.approveInReader(order.approval, '000000')
  await order.approval.getByText('The PIN is wrong. 2 tries left').waitFor()
  assert.equal((await world.shopper.view()).pin_tries_left, 3, 'those of the wallet’s own card are as they were')
  await world.shopper.approveInReader(order.approval)
  await bought(order, before)
})

test('another card in the reader is told apart; nothing is sent until the right one is back', { skip }, async () => {
  const before = await charges()
  const order = await asked()
  await card.pull()
  await card.insert('second')
  await world.shopper.approveInReader(order.approval)
  await says(order.approval, 'turn.other')
  assert.equal(await charges(), before, 'nothing was sent')
  await card.pull()
  await new Promise(resolve => setTimeout(resolve, HAND_MS))
  await card.insert('first')
  await bought(order, before)
})
