// The page of the readers in front of Chromium's own WebHID stack: it shows a reader as it is, finds
// it again by itself after it was unplugged, and forgets it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { DEVICE, VirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { openWorld } from './support/world.mjs'

const skip = (await whyNoDevice()) ?? false
const reader = DEVICE.name
let card
let world
let page

before(async () => {
  if (skip) return
  card = await VirtualCard.start()
  world = await openWorld({ card })
  page = await world.shopper.openPage(world.shopper.walletUrl('readers'))
})

after(async () => {
  await world?.close()
  await card?.close()
})

const shown = outlook => page.getByRole('heading', { name: words(`readers.now.${outlook}`, { reader }), exact: true }).waitFor()
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

test('a forgotten reader has lost its permission', { skip }, async () => {
  await page.getByRole('button', { name: words('readers.forget.named', { reader }) }).click()
  await shown('none')
  await page.getByText(words('readers.forgotten', { reader })).waitFor()
  assert.equal(await page.evaluate(async () => (await navigator.hid.getDevices()).length), 0)
})
