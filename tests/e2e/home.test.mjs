// Two browsers with the extension as it is loaded, and the parties as they run: one leaves its card at home, the other buys with it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Borrower, FIRST, Lender, SECOND } from '../../scripts/lib/home-shoppers.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { eventually, openWorld } from './support/world.mjs'

const TEA = [{ sku: 'hojicha-100', quantity: 1 }]
const SHOTS = process.env.TALLYSTICK_SHOTS
const recorded = []
let world, home, away

before(async () => {
  world = await openWorld({ record: recorded, shots: SHOTS, as: Lender })
  home = world.shopper
  home.place = 'software'
  away = await Borrower.start(world.parties, { extension: world.extension, shots: SHOTS })
  await home.enrol()
  await away.enrol()
  await home.setUpHome()
  await away.join(await home.letIn(await away.accessCode()))
  await home.lend(10_000, 3)
  await away.fetchLoans()
})

after(async () => {
  await away?.close()
  await world?.close()
})

/** Fills a basket away and brings the approval window to its two passwords. */
async function asking() {
  const store = await away.fillBasket(TEA)
  const approval = await away.pay(store)
  await away.payWithLoan(approval)
  return { store, approval }
}

const done = ({ store, approval }) => Promise.all([store.close(), approval.close()])

test('t000_9 the packaged wallet and proxy do the four steps: identification, look-up, procedure, and the key told within the session', async () => {
  const from = recorded.length
  const order = await asking()
  await away.approveFromAway(order.approval)
  await away.delivered(order.approval)
  await done(order)
  const said = recorded.slice(from)
  const at = role => said.filter(({ to }) => to === role).map(({ url }) => new URL(url).pathname)
  const proxy = at('home-proxy').map(path => path.replace(/[0-9a-f]{32,64}/g, '*'))
  for (const step of ['requests', 'openings', 'sessions', 'sessions/*', 'sessions/*/records']) {
    assert.ok(proxy.includes(`/v1/homes/*/${step}`), `${step} in ${proxy}`)
  }
  const shop = at('shop')
  assert.ok(
    shop.some(path => /^\/v1\/sessions\/[0-9a-f]{2}\/[0-9a-f]{32}\/records$/.test(path)),
    'terminal and shop talk under the key',
  )
  assert.ok(!shop.includes('/v1/orders'), 'and not beside it')
})

test('no party receives a password, and none keeps one', () => {
  const everything = recorded.flatMap(({ request, response }) => [request, response])
  const kept = ['home-proxy', 'shop'].flatMap(role => world.parties.held(role).map(({ bytes }) => bytes))
  for (const password of [FIRST, SECOND]) {
    for (const bytes of [...everything, ...kept]) assert.ok(!Buffer.from(bytes).includes(password))
  }
})

test('the home shows what was bought, and then that it was paid', async () => {
  const uses = home.page.locator('section[aria-labelledby=uses] li')
  await uses.first().getByText(world.parties.domain('shop')).waitFor()
  await uses.first().getByText(words('home.use.paid')).waitFor()
})

test('a home whose browser dies in mid-procedure leaves nothing half-done, and is there again', async () => {
  const left = async () => (await home.view()).home.loans[0].count_left
  const before = await left()
  const order = await asking()
  await away.approveFromAway(order.approval)
  await order.approval.locator('[aria-current=step]').waitFor()
  await home.killServiceWorker()
  await order.approval.getByText('Nothing was ordered and nothing was charged.').waitFor()
  assert.equal(await left(), before)
  // Looked at again, the wallet at home is connected by itself.
  await eventually('home is connected', () => home.page.getByText(/^Connected to/).count(), 60_000)
  await away.approveFromAway(order.approval)
  await away.delivered(order.approval)
  assert.equal(await left(), before - 1)
  await done(order)
})
