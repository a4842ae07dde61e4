// The access card in a reader, behind Chromium's own WebHID; the card at home is its wallet's. One device a machine: each
// browser hears of the coming and going of all of them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Borrower, Lender } from '../../scripts/lib/home-shoppers.mjs'
import { problemWords, words } from '../../scripts/lib/shopper.mjs'
import { VirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { eventually, openWorld } from './support/world.mjs'

const skip = (await whyNoDevice()) ?? false
const TEA = [{ sku: 'hojicha-100', quantity: 1 }]
const SHOTS = process.env.TALLYSTICK_SHOTS
const recorded = []
let world, home, away, goes

before(async () => {
  if (skip) return
  goes = await VirtualCard.start()
  world = await openWorld({ record: recorded, shots: SHOTS, as: Lender })
  home = world.shopper
  const extension = world.extension
  away = await Borrower.start(world.parties, { extension, shots: SHOTS, ...goes.browserOptions(extension) })
  away.place = 'reader'
  // A procedure is some thirty conversations with the two cards, and machines of tests are slow.
  for (const one of [home, away]) one.context.setDefaultTimeout(120_000)
  home.place = 'software'
  await home.enrol()
  await away.enrol()
  await away.prepareReaderCard()
  await home.setUpHome()
  await away.join(await home.letIn(await away.accessCode()))
  await home.lend(20_000, 9)
  await away.fetchLoans()
})

after(async () => {
  await away?.close()
  await world?.close()
  await goes?.close()
})

async function asking() {
  const store = await away.fillBasket(TEA)
  const approval = await away.pay(store)
  await away.payWithLoan(approval)
  return { store, approval }
}

/** Puts the card that goes along back, or another one, and waits until the browser sees its device. */
async function insert(name) {
  await goes.insert(name)
  const worker = away.context.serviceWorkers().at(-1)
  await eventually('the device is there', () => worker.evaluate(async () => (await navigator.hid.getDevices()).length > 0))
}

const done = ({ store, approval }) => Promise.all([store.close(), approval.close()])

test('t000_7 an access card in a reader builds the session, receives the key, and seals the order to the shop', { skip }, async t => {
  const from = recorded.length
  const before = await goes.counters()
  const order = await asking()
  await away.approveFromAway(order.approval)
  await away.delivered(order.approval)
  t.diagnostic(`from Approve to acceptance: ${away.secondsToAcceptance} s`)
  await done(order)
  const paths = recorded
    .slice(from)
    .filter(({ to }) => to === 'shop')
    .map(({ url }) => new URL(url).pathname)
  assert.ok(paths.some(path => /^\/v1\/sessions\/[0-9a-f]{2}\/[0-9a-f]{32}\/records$/.test(path)))
  assert.ok(!paths.includes('/v1/orders'))
  const counted = await goes.counters()
  assert.ok(counted.commands > before.commands + 20, 'it was this card')
})

test(
  't000_7 an access card that is pulled out in mid-procedure leaves nothing half-done, and back in its place it buys',
  { skip },
  async () => {
    const left = async () => (await home.view()).home.loans[0].count_left
    const before = await left()
    const order = await asking()
    // AskHome: the second password is to be sealed.
    await goes.pullBefore('ins=ac')
    const pulled = goes.pulled()
    await away.approveFromAway(order.approval)
    await pulled
    await order.approval
      .getByText(/Nothing was (ordered|charged)/)
      .first()
      .waitFor()
    assert.equal(await left(), before)
    await insert()
    await away.approveFromAway(order.approval)
    await away.delivered(order.approval)
    assert.equal(await left(), before - 1)
    await done(order)
  },
)

test('another card in its reader is said to be another one', { skip }, async () => {
  await goes.pull()
  await insert('another')
  await away.page.getByRole('button', { name: words('away.fetch') }).click()
  await away.page.getByText(problemWords('other-access-card')).waitFor()
  await goes.pull()
  await insert('first')
})
