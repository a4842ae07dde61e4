// The pages that show a card in a reader, in front of Chromium's own WebHID stack: the reader as it is,
// found again by itself after it was unplugged; a card prepared, given an account, and asked for at Approve.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AIKO, words } from '../../scripts/lib/shopper.mjs'
import { DEVICE, VirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { axeLook, motionLook, narrowLook } from './support/looks.mjs'
import { openWorld } from './support/world.mjs'

const skip = (await whyNoDevice()) ?? false
const reader = DEVICE.name
const CARD_PIN = '624813'
const NARROW = { width: 320, height: 640 }
const ZOOMED = { width: 640, height: 450 }
let card
let world
let page

before(async () => {
  if (skip) return
  card = await VirtualCard.start()
  world = await openWorld({ card })
  await world.shopper.enrol()
  page = await world.shopper.openPage(world.shopper.walletUrl('readers'))
})

after(async () => {
  await world?.close()
  await card?.close()
})

const shown = outlook => page.getByRole('heading', { name: words(`readers.now.${outlook}`, { reader }), exact: true }).waitFor()
const button = (where, key) => where.getByRole('button', { name: words(key), exact: true })
const pin = (where, key, value = CARD_PIN) => where.getByLabel(words(key), { exact: true }).fill(value)

/** Looks at a page as people meet it: tests/e2e/access.test.mjs says how. */
async function look(name, where) {
  const found = [
    ...(await axeLook(where)),
    ...(await motionLook(where)),
    ...(await narrowLook(where, NARROW)),
    ...(await narrowLook(where, ZOOMED)),
  ]
  assert.deepEqual(found, [], name)
}

const row = () => page.getByRole('listitem').filter({ hasText: reader })

test('a paired reader with a card in it is shown without a click', { skip }, async () => {
  await shown('card')
  const text = await row().innerText()
  for (const key of ['readers.dialect.ledger-hid', 'readers.state.card']) assert.ok(text.includes(words(key)), text)
})

test('unplugged it is missed, and plugged in again it is found by itself', { skip }, async () => {
  await card.pull()
  await shown('absent')
  assert.ok((await row().innerText()).includes(words('readers.state.absent')))
  await card.insert()
  await shown('card')
})

test('it is missed and found as well after the service worker has died', { skip }, async () => {
  await card.pull()
  await shown('absent')
  await world.shopper.killServiceWorker()
  await card.insert()
  await shown('card')
})

test('a new card gets its PIN from its holder, and its PUK is shown once', { skip }, async () => {
  await pin(page, 'readers.card.pin')
  await pin(page, 'onboarding.pin.again')
  await look('a new card', page)
  await button(page, 'readers.card.prepare').click()
  await page.getByRole('heading', { name: words('onboarding.puk.title') }).waitFor()
  await button(page, 'onboarding.puk.kept').click()
  await page.getByText(words('readers.card.accounts.none')).waitFor()
  assert.equal(await page.getByLabel(words('readers.card.pin')).count(), 0, 'it is not prepared twice')
})

test('the keys of a further card are made in it, and the page shows whose they are', { skip }, async () => {
  const onboarding = await world.shopper.openAccount()
  await onboarding.getByRole('radio', { name: words('place.pick.reader') }).check()
  await pin(onboarding, 'approve.pin.reader', '000000')
  await look('adding a card', onboarding)
  await button(onboarding, 'add.button').click()
  await onboarding.getByText(words('pin.tries.other', { count: 2 })).waitFor()
  await pin(onboarding, 'approve.pin.reader')
  await button(onboarding, 'add.button').click()
  await world.shopper.keepSheet(onboarding)
  await onboarding.getByText(words('onboarding.done.title'), { exact: true }).first().waitFor()
  await onboarding.close()
  await page.bringToFront()
  await page.getByText(words('place.reader'), { exact: true }).waitFor()
  await look('a card in use', page)
})

test('Approve waits for the card, goes on when it comes, and can be cancelled', { skip }, async () => {
  const { shopper } = world
  await card.pull()
  const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await approval.getByRole('button', { name: `${words('action.change')} ${words('approve.with')}` }).click()
  await approval.getByRole('radio', { name: words('place.reader') }).click()
  await approval.getByText(words('readers.line.absent', { reader })).waitFor()
  await look('an order that the card in the reader pays', approval)
  const approve = async () => {
    await pin(approval, 'approve.pin.reader')
    await approval.getByRole('button', { name: /^Approve/ }).click()
    await approval.getByRole('heading', { name: words('turn.insert') }).waitFor()
  }
  await approve()
  await look('waiting for the card', approval)
  await button(approval, 'action.cancel').click()
  await approve()
  await card.insert()
  await shopper.delivered(approval)
  await Promise.all([approval.close(), store.close()])
})

test('the card in the browser moves to the card in the reader, which then pays for both', { skip }, async () => {
  const { shopper } = world
  const settings = await shopper.openPage(shopper.walletUrl('settings'))
  const account = (await shopper.view()).cards.find(({ place }) => place === 'software')
  const named = { issuer: account.issuer_name, last4: account.last4 }
  const move = settings.getByRole('button', { name: words('move.named', named) })
  await move.click()
  await pin(settings, 'add.pin', AIKO.pin)
  await pin(settings, 'approve.pin.reader', '000000')
  await look('moving a card', settings)
  await button(settings, 'move.button').click()
  await settings.getByText(words('pin.tries.other', { count: 2 })).waitFor()
  await pin(settings, 'add.pin', AIKO.pin)
  await pin(settings, 'approve.pin.reader')
  await button(settings, 'move.button').click()
  await settings.getByText(words('move.done', named)).waitFor()
  assert.equal(await move.count(), 0, 'it is there already')
  assert.deepEqual(
    (await shopper.view()).cards.map(({ place, ready }) => [place, ready]),
    [
      ['reader', true],
      ['reader', true],
    ],
  )
  const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await pin(approval, 'approve.pin.reader')
  await approval.getByRole('button', { name: /^Approve/ }).click()
  await shopper.delivered(approval)
  await Promise.all([settings.close(), approval.close(), store.close()])
})

test('the PIN of the card in the reader is changed', { skip }, async () => {
  await page.bringToFront()
  await page.getByText(words('settings.pin'), { exact: true }).first().click()
  await pin(page, 'settings.pin.old')
  await pin(page, 'settings.pin.new', '735924')
  await pin(page, 'settings.pin.again', '735924')
  await button(page, 'settings.pin').click()
  await page.getByText(words('settings.pin.done')).waitFor()
})

test('a forgotten reader has lost its permission', { skip }, async () => {
  await page.getByRole('button', { name: words('readers.forget.named', { reader }) }).click()
  await shown('none')
  await page.getByText(words('readers.forgotten', { reader })).waitFor()
  assert.equal(await page.evaluate(async () => (await navigator.hid.getDevices()).length), 0)
})
