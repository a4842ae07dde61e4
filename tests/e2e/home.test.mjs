// Two browsers with the extension as it is loaded, and the parties as they run: one leaves its card at home, the other buys with it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Borrower, FIRST, Lender, SECOND } from '../../scripts/lib/home-shoppers.mjs'
import { problemWords, words } from '../../scripts/lib/shopper.mjs'
import { eventually, openWorld } from './support/world.mjs'

const TEA = [{ sku: 'hojicha-100', quantity: 1 }]
const SHOTS = process.env.TALLYSTICK_SHOTS
const recorded = []
let world, home, away

before(async () => {
  world = await openWorld({ record: recorded, shots: SHOTS, as: Lender, granted: ['notifications'] })
  home = world.shopper
  home.place = 'software'
  away = await Borrower.start(world.parties, { extension: world.extension, shots: SHOTS })
  await home.enrol()
  await away.enrol()
  await home.setUpHome()
  await away.join(await home.letIn(await away.accessCode()))
  await home.lend(20_000, 6)
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

/** The notifications that the browser at home shows, by number of use. */
async function noticed() {
  const shown = await home.context
    .serviceWorkers()
    .at(-1)
    .evaluate(() => chrome.notifications.getAll())
  return Object.keys(shown).sort()
}

test('a use is a notification of the browser at home', async () => {
  const { number } = (await home.view()).home.uses[0]
  await eventually('a notification', async () => (await noticed()).includes(`home-use-${number}`))
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

test('with no page open and its service worker dead, a home comes back by its alarm, tells each use, and follows it to its end', async () => {
  const known = (await home.view()).home.uses.length
  await home.page.close()
  await home.killServiceWorker()
  const order = await asking()
  await eventually(
    'home is connected again',
    async () => {
      await away.page.waitForTimeout(2_000)
      await away.approveFromAway(order.approval)
      const refused = order.approval.getByText(problemWords('home-not-connected'))
      const begun = order.approval.locator('li.done', { hasText: words('away.step.access') })
      const delivered = order.approval.getByText(words('approve.tracking'))
      await refused.or(begun.first()).or(delivered).first().waitFor()
      return (await refused.count()) === 0
    },
    90_000,
  )
  await away.delivered(order.approval)
  await done(order)
  await eventually('a notification for it', async () => (await noticed()).length > 0)
  // No page of the home is opened by this: the issuer is asked by the alarm alone.
  await eventually(
    'it is known to be paid',
    async () => {
      const { uses } = (await home.view()).home
      return uses.length === known + 1 && uses.every(use => use.state === 'paid')
    },
    150_000,
  )
})

test('the way home is tried from away: passwords, card and shop answer, and nothing is bought', async () => {
  const before = await home.view()
  await away.tryHome(FIRST, 'eleven paper boats')
  await away.page.getByText(problemWords('home-wrong-second')).waitFor()
  await away.page.getByText(words('away.try'), { exact: true }).click()
  await away.tryHome()
  await away.page.getByText(words('away.try.works.shop', { shop: world.parties.domain('shop') })).waitFor()
  const after = await home.view()
  assert.deepEqual([after.home.uses.length, after.home.loans], [before.home.uses.length, before.home.loans])
})

test('everything is stopped from the wallet away, and the home shows it', async () => {
  await away.stopEverything()
  await eventually('home shows it', async () => (await home.view()).home.loans.every(({ state }) => state === 'stopped'))
  await away.page.getByRole('button', { name: words('away.fetch') }).click()
  await away.page.getByText(words('away.none')).waitFor()
})
