// The windows that the wallet opens: only for whoever pressed something, deaf for a moment, usable when
// magnified, and never without a word or a way out.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { narrowLook } from './support/looks.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

const GOODS = [{ sku: 'sencha-100', quantity: 1 }]
/** As long as a window that has come up takes nothing. */
const CALM_MS = 800

let world

before(async () => {
  world = await openWorld()
  await world.shopper.enrol()
})

after(() => world?.close())

const approvals = () => world.shopper.context.pages().filter(page => page.url().includes('/approve.html'))
const button = (page, key, values) => page.getByRole('button', { name: words(key, values), exact: true })
const orders = async () => (await consoleOf(world.parties, 'shop')).orders.length

/** A form that the shop really signed, for its own page. */
async function signedForm() {
  const { parties } = world
  const answer = await parties.fetch(parties.domain('shop'), '/v1/forms', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: GOODS }),
  })
  assert.equal(answer.status, 200, answer.text())
  return answer.body.toString('base64url')
}

/** Runs a script in the page, with or without a gesture of its holder behind it. */
async function run(page, expression, userGesture) {
  const session = await page.context().newCDPSession(page)
  const { result } = await session.send('Runtime.evaluate', { expression, userGesture, awaitPromise: true, returnByValue: true })
  await session.detach()
  return result.value
}

const asking = (type, payload) => `new Promise(resolve => {
  window.addEventListener('tallystick:response', event => resolve(JSON.parse(event.detail)))
  setTimeout(() => resolve(null), 3000)
  window.dispatchEvent(new CustomEvent('tallystick:request', { detail: JSON.stringify({ id: 'test-1', type: '${type}', payload: '${payload}' }) }))
})`

test('a page that nobody pressed anything on opens nothing, even with its own shop’s form', async () => {
  const form = await signedForm()
  const page = await world.shopper.openPage(world.parties.url('shop'))
  for (const type of ['order', 'offer']) {
    const answer = await run(page, asking(type, form), false)
    assert.equal(answer?.error?.name, 'NoGesture', type)
  }
  assert.equal(approvals().length, 0)
  const opened = world.shopper.context.waitForEvent('page', { predicate: one => one.url().includes('/approve.html') })
  assert.equal(await run(page, asking('order', form), true), null, 'the holder is asked')
  await (await opened).close()
  await page.close()
})

test('a window that has just come up takes neither PIN nor Approve, and then does', async () => {
  const { shopper } = world
  const store = await shopper.fillBasket(GOODS)
  const approval = await shopper.pay(store)
  const pin = approval.getByLabel(words('approve.pin'), { exact: true })
  await pin.waitFor()
  const began = Date.now()
  // The window counts from its own beginning; coming up anew starts it again.
  await approval.evaluate(() => window.dispatchEvent(new Event('focus')))
  await approval.keyboard.type(shopper.person.pin)
  await approval.keyboard.press('Enter')
  if (Date.now() - began < CALM_MS) assert.equal(await pin.inputValue(), '')
  await eventually('the PIN is taken', () => pin.isEditable())
  assert.ok(Date.now() - began >= CALM_MS - 50)
  assert.ok(await pin.evaluate(one => one === document.activeElement), 'the holder began it: the caret stands in the PIN')
  await shopper.approve(approval)
  const tracking = await shopper.delivered(approval)
  await store.getByText(tracking).waitFor()
  // A second purchase at the same store leaves the first one's progress where it is.
  const second = await shopper.fillBasket(GOODS)
  const [next] = await Promise.all([
    shopper.context.waitForEvent('page', { predicate: page => page.url().includes('/approve.html') }),
    second.locator('#pay').click(),
  ])
  await next.getByLabel(words('approve.pin'), { exact: true }).waitFor()
  assert.ok(await approval.getByText(tracking).isVisible())
  await button(next, 'approve.decline').click()
  await second.getByText('You declined in your wallet, or closed its window.').waitFor()
  await Promise.all([approval.close(), store.close(), second.close()])
})

test('at 200 % zoom what is bought and Approve can be reached, without scrolling sideways', async () => {
  const { shopper } = world
  const store = await shopper.fillBasket(GOODS)
  const approval = await shopper.pay(store)
  await approval.setViewportSize({ width: 230, height: 360 })
  const approve = approval.getByRole('button', { name: /^Approve/ })
  await approve.waitFor()
  assert.deepEqual(await narrowLook(approval, { width: 230, height: 360 }), [])
  for (const part of [approval.getByText(/Sencha/).first(), approve]) {
    await part.scrollIntoViewIfNeeded()
    const box = await part.boundingBox()
    assert.ok(box.x >= 0 && box.x + box.width <= 230 && box.y >= 0 && box.y + box.height <= 360, JSON.stringify(box))
  }
  // Who reads what has to be seen before Approve takes anything.
  for (const row of await approval.locator('tbody tr').all()) await row.scrollIntoViewIfNeeded()
  await shopper.approve(approval)
  await shopper.delivered(approval)
  await Promise.all([approval.close(), store.close()])
})

test('approved while nobody answers: the window says who is silent and cancels, and the store knows', async () => {
  const { shopper } = world
  const before = await orders()
  const store = await shopper.fillBasket(GOODS)
  const approval = await shopper.pay(store)
  await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()
  await world.down()
  await shopper.approve(approval)
  await store.getByText('You have approved.').waitFor()
  await approval.getByText('No answer yet from').waitFor()
  await approval.getByText(words('approve.silent.unsent')).waitFor()
  await button(approval, 'approve.cancel').click()
  await approval.getByRole('heading', { name: words('approve.declined') }).waitFor()
  await store.getByText('You declined in your wallet, or closed its window.').waitFor()
  await world.back()
  assert.equal(await orders(), before)
  await Promise.all([approval.close(), store.close()])
})

test('what is sold no more leaves the basket with a sentence, and the basket counts what it shows', async () => {
  const store = await world.shopper.openPage(world.parties.url('shop'))
  await store.evaluate(lines => localStorage.setItem('kiso-basket/1', JSON.stringify(lines)), [{ sku: 'gone-1', quantity: 2 }, ...GOODS])
  await store.goto(`${world.parties.url('shop')}/#/basket`)
  await store.reload()
  await store.getByText('One thing is sold no more and has left your basket.').waitFor()
  await store.getByText('Basket, 1 item').waitFor({ state: 'attached' })
  await store.evaluate(() => localStorage.removeItem('kiso-basket/1'))
  await store.close()
})
