// A gift: the note is written in the approval window, stands with the order, and lies at the shop's console to be printed
// without prices. Courier and issuer learn nothing of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { wholeConsole } from '../../scripts/lib/console.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { axeLook } from './support/looks.mjs'
import { openWorld } from './support/world.mjs'

const NOTE = 'Happy birthday, Kenji!\n\nお誕生日おめでとう。'
const PRICE = /[¥￥]|\d,\d{3}/

let world
let approval
let order

const row = () => approval.getByRole('row', { name: new RegExp(`^${words('matrix.gift')}`) })
const note = () => approval.getByLabel(words('approve.gift.note'))

before(async () => {
  world = await openWorld()
  const { shopper } = world
  await shopper.enrol()
  approval = await shopper.pay(await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }]))
})

after(() => world?.close())

test('whoever approves says that it is a gift, writes a note, and sees that the shop alone reads it', async () => {
  const gift = approval.getByRole('checkbox', { name: /^This is a gift for / })
  await gift.waitFor()
  assert.equal(await row().count(), 0)
  await gift.check()
  await row().waitFor()
  const cells = await row().getByRole('cell').allInnerTexts()
  assert.deepEqual(
    cells.map(text => text.trim()),
    [words('matrix.reads'), words('matrix.sealed'), words('matrix.sealed')],
  )
  assert.deepEqual(await axeLook(approval), [])
  // What is no gift after all has no such row, and can be approved as it was.
  await gift.uncheck()
  assert.equal(await row().count(), 0)
  await gift.check()
})

test('a note that is too long, or has too many lines, is not approved', async () => {
  await note().fill('あ'.repeat(334))
  await approval.getByText('One character too long.').waitFor()
  await note().fill('a\n'.repeat(13))
  await approval.getByText('At most 12 lines.').waitFor()
  assert.deepEqual(await axeLook(approval), [])
  await note().fill(NOTE)
})

test('the note stands with the order and on its receipt', async () => {
  const { shopper } = world
  await shopper.approve(approval)
  await shopper.delivered(approval)
  ;[order] = (await shopper.view()).orders
  assert.deepEqual(order.gift, { note: NOTE })
  for (const name of ['orders', 'receipt']) {
    const page = await shopper.openPage(`${shopper.walletUrl(name)}#${order.request_id}`)
    await page.getByText('Happy birthday, Kenji!').waitFor()
    assert.deepEqual(await axeLook(page), [])
    await page.close()
  }
})

test('the shop prints it at its console, without prices', async () => {
  const page = await world.shopper.openPage(`${world.parties.url('shop')}/console#orders/${order.order_id}`)
  await page.getByRole('heading', { name: 'A gift, for the parcel' }).waitFor()
  assert.deepEqual(await axeLook(page), [])
  await page.emulateMedia({ media: 'print' })
  await page.evaluate(() => (window.print = () => (window.printed = document.body.innerText)))
  await page.getByRole('button', { name: 'Print it' }).click()
  const printed = await page.waitForFunction(() => window.printed)
  const text = await printed.jsonValue()
  for (const line of NOTE.split('\n')) assert.ok(text.includes(line), text)
  assert.match(text, /1 × /)
  assert.doesNotMatch(text, PRICE)
  assert.doesNotMatch(text, /Amount|Print it/)
  await page.close()
})

test('neither issuer nor courier has anything of it', async () => {
  for (const role of ['issuer', 'courier']) {
    const console = await wholeConsole(world.parties, world.parties.domain(role))
    assert.ok(console.orders[0].opened.length > 0, role)
    assert.ok(!console.orders[0].opened.some(({ field }) => field === 'gift'), role)
    assert.doesNotMatch(JSON.stringify(console), /birthday|誕生日/)
  }
})
