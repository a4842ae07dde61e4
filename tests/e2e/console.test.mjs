// The consoles as their operators use them: the same short number everywhere, an order found by it, a file of the orders,
// and commands that ask twice, are signed in the browser and done once.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

let world
let order
/** The short number where it was read, by the name of the surface. */
const read = {}

const numberOn = async page =>
  (
    await page
      .getByText(/^[0-9a-f]{4}-[0-9a-f]{4}$/)
      .first()
      .textContent()
  ).trim()

async function visit(path, look) {
  const page = await world.shopper.openPage(path)
  try {
    return await look(page)
  } finally {
    await page.close()
  }
}

before(async () => {
  world = await openWorld()
  const { shopper, parties } = world
  await shopper.enrol()
  const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 2 }])
  const approval = await shopper.pay(store)
  await shopper.approve(approval)
  await shopper.delivered(approval)
  read.approval = await numberOn(approval)
  read.store = await numberOn(store)
  await Promise.all([approval.close(), store.close()])
  ;[order] = (await shopper.view()).orders
  read.orders = await visit(shopper.walletUrl('orders'), numberOn)
  read.order = await visit(`${shopper.walletUrl('orders')}#${order.request_id}`, numberOn)
  read.receipt = await visit(`${shopper.walletUrl('receipt')}#${order.request_id}`, numberOn)
  for (const role of ['shop', 'issuer', 'courier']) {
    read[`list of the ${role}`] = await visit(`${parties.url(role)}/console`, numberOn)
    read[`page of the ${role}`] = await visit(`${parties.url(role)}/console#orders/${order.order_id}`, numberOn)
  }
})

after(() => world?.close())

test('wallet, receipt, store and consoles show the same short number', () => {
  assert.equal(Object.keys(read).length, 11)
  for (const [surface, number] of Object.entries(read)) assert.equal(number, order.number, surface)
})

test('an operator finds an order by number, tracking number and amount, and by its state', async () => {
  await visit(`${world.parties.url('shop')}/console`, async page => {
    const found = page.locator('main table a')
    for (const typed of [order.number, order.tracking, '￥３，４８０', order.order_id]) {
      await page.getByLabel('Find', { exact: true }).fill(typed)
      await page.keyboard.press('Enter')
      await page.waitForURL(/search=/)
      await found.getByText(order.number).waitFor()
    }
    await page.getByLabel('Find', { exact: true }).fill('9999-0000')
    await page.keyboard.press('Enter')
    await page.getByText('No order is like that.').waitFor()
    await page.getByRole('link', { name: 'Show all orders' }).click()
    await page.getByLabel('State', { exact: true }).selectOption('refused')
    await page.getByText('No order is like that.').waitFor()
    await page.getByLabel('State', { exact: true }).selectOption('accepted')
    await found.getByText(order.number).waitFor()
  })
})

test('a state that is chosen the moment something is looked for narrows what is looked for', async () => {
  await visit(`${world.parties.url('shop')}/console`, async page => {
    const search = page.getByLabel('Find', { exact: true })
    await search.fill('9999-0000')
    await page.getByLabel('State', { exact: true }).evaluate(choice => {
      choice.form.requestSubmit()
      choice.value = 'accepted'
      choice.dispatchEvent(new Event('change', { bubbles: true }))
    })
    await page.waitForURL(/search=9999-0000&state=accepted$/)
    await page.getByRole('link', { name: 'Show all orders' }).click()
    await page.locator('main table a').getByText(order.number).waitFor()
    assert.equal(await search.inputValue(), '', 'the field says what is looked for')
  })
})

test('the list is saved as a file for spreadsheets', async () => {
  await visit(`${world.parties.url('shop')}/console`, async page => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as CSV' }).click()
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trimEnd()
      .split('\r\n')
    assert.equal(lines.length, 2)
    assert.match(lines[1], new RegExp(`^20[0-9T:Z-]+,${order.number},${order.order_id},3480,JPY,accepted,,,${order.tracking},`))
  })
})

test('an operator locks an account: asked twice, signed in the browser, noted, and nothing more is paid', async () => {
  const { shopper, parties } = world
  await visit(`${parties.url('issuer')}/console`, async page => {
    await page.getByRole('button', { name: 'Lock account' }).first().click()
    await page.getByLabel('Account', { exact: true }).fill('1')
    await page.getByRole('button', { name: 'Go on' }).click()
    assert.deepEqual((await consoleOf(parties, 'issuer')).journal, [], 'asking is not doing')
    await page.getByRole('button', { name: 'Sign and do it: Lock account' }).click()
    await page.getByText('Done: Lock account.').waitFor()
    await page
      .getByRole('region', { name: /Journal/ })
      .getByText('Lock account')
      .waitFor()
  })
  const store = await shopper.fillBasket([{ sku: 'hojicha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await shopper.approve(approval)
  await eventually('the issuer refuses', async () => (await consoleOf(parties, 'issuer')).orders[0].state === 'refused')
  await Promise.all([approval.close(), store.close()])
})

test('a command about an order knows the order, and a refusal says that nothing was done', async () => {
  await visit(`${world.parties.url('shop')}/console#orders/${order.order_id}`, async page => {
    await page.getByRole('button', { name: 'Cancel order' }).click()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: 'Sign and do it: Cancel order' }).click()
    await page.getByText(/Nothing was done/).waitFor()
    await page.getByRole('button', { name: 'Refund' }).click()
    await page.getByLabel('Amount', { exact: true }).fill('480')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: 'Sign and do it: Refund' }).click()
    await page.getByText('Done: Refund.').waitFor()
  })
  await eventually('the issuer gave it back', async () => {
    const { ledger } = await consoleOf(world.parties, 'issuer')
    return ledger.some(({ memo, amount }) => memo === 'refund' && amount.minor === 480)
  })
})

test('the operator’s private key cannot be taken out of the browser', async () => {
  const answer = await visit(`${world.parties.url('shop')}/console`, page =>
    page.evaluate(async () => {
      const database = await new Promise(resolve => {
        const opening = indexedDB.open('tallystick-operator')
        opening.onsuccess = () => resolve(opening.result)
      })
      const pair = await new Promise(resolve => {
        const asked = database.transaction('keys').objectStore('keys').get('operator')
        asked.onsuccess = () => resolve(asked.result)
      })
      const taken = await crypto.subtle.exportKey('pkcs8', pair.privateKey).catch(error => error.name)
      return [pair.privateKey.extractable, taken]
    }),
  )
  assert.deepEqual(answer, [false, 'InvalidAccessError'])
})
