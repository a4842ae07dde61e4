// A holder without a reader: the home proxy keeps the card, and it signs while no browser at home is on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Borrower, Lender } from '../../scripts/lib/home-shoppers.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { openWorld } from './support/world.mjs'

const TEA = [{ sku: 'hojicha-100', quantity: 1 }]
const SHOTS = process.env.TALLYSTICK_SHOTS
let world, home, away

before(async () => {
  world = await openWorld({ shots: SHOTS, as: Lender })
  home = world.shopper
  home.place = 'software'
  away = await Borrower.start(world.parties, { extension: world.extension, shots: SHOTS })
  // Each command to the hosted card is a request of its own, and machines of tests are slow.
  for (const one of [home, away]) one.context.setDefaultTimeout(120_000)
  await home.enrol()
  await away.enrol()
})

after(async () => {
  await away?.close()
  await world?.close()
})

test('an account moves into a card at the home proxy, which is set up and lent like any other', async () => {
  await home.hostCard()
  await home.setUpHome()
  await away.join(await home.letIn(await away.accessCode()))
  await home.lend(20_000, 6)
  await away.fetchLoans()
})

test('a card at the home proxy signs while no page at home is open', async () => {
  await home.page.close()
  const store = await away.fillBasket(TEA)
  const approval = await away.pay(store)
  await away.payWithLoan(approval)
  await away.approveFromAway(approval)
  await away.delivered(approval)
  await Promise.all([store.close(), approval.close()])
})

test('the browser at home looks by itself for what such a card signed', async () => {
  const [background] = home.context.serviceWorkers()
  const alarm = await background.evaluate(() => chrome.alarms.get('home-uses'))
  assert.equal(alarm?.periodInMinutes, 1)
})

test('the home shows what was bought meanwhile, and stops it', async () => {
  const page = (home.page = await home.openPage(home.walletUrl('home')))
  const bought = page.locator('section', { has: page.getByRole('heading', { name: words('home.uses') }) })
  await bought.getByText(world.parties.domain('shop')).waitFor()
  await home.shot(page, 'hosting-used', { fullPage: true })
  await home.stopLoan()
  const [loan] = (await home.view()).home.loans
  assert.ok(loan === undefined || loan.state !== 'lent')
  await away.page.reload()
  await away.page.getByText(words('away.none')).waitFor()
})
