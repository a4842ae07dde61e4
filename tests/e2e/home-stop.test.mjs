// How soon a card at home hears of a stop: it lies in its reader behind Chromium's own WebHID, as slow as one of plastic.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Borrower, Lender } from '../../scripts/lib/home-shoppers.mjs'
import { PARTIES } from '../../scripts/lib/secrets.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { VirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { openWorld } from './support/world.mjs'

const skip = (await whyNoDevice()) ?? false
const ISSUER = PARTIES.find(({ id }) => id === 'issuer-ume').id
const TEA = [{ sku: 'hojicha-100', quantity: 1 }]
/** In milliseconds a command. */
const SLOW_MS = 50
/** In that time the card must have heard of it. */
const STOPPED_MS = 1_000
let world, home, away, card

before(async () => {
  if (skip) return
  card = await VirtualCard.start()
  world = await openWorld({ as: Lender, card })
  home = world.shopper
  away = await Borrower.start(world.parties, { extension: world.extension })
  await home.enrolInReader(ISSUER)
  await away.enrol()
  await home.setUpHome()
  await away.join(await home.letIn(await away.accessCode()))
  await home.lend(20_000, 9)
  await away.fetchLoans()
})

after(async () => {
  await away?.close()
  await world?.close()
  await card?.close()
})

test('a stop is heard by the card at home within a second, in the middle of a procedure and at 50 ms a command', { skip }, async t => {
  const store = await away.fillBasket(TEA)
  const approval = await away.pay(store)
  await away.payWithLoan(approval)
  await card.delay(SLOW_MS)
  await away.approveFromAway(approval)
  await approval.locator('li.done', { hasText: words('away.step.session') }).waitFor()
  const took = await home.stopEverything()
  t.diagnostic(`the card had heard of it after ${took} ms`)
  await card.delay(0)
  await approval.getByText('Nothing was ordered and nothing was charged.').waitFor()
  assert.ok(took <= STOPPED_MS, `${took} ms`)
})

test('what was stopped at home is not shown as lent when the page away is opened again', { skip }, async () => {
  await away.page.reload()
  await away.page.getByText(words('away.none')).waitFor()
})
