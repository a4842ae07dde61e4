// The bank's own page: whoever lost the card sees the account with a password, and blocks the purse.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BankCustomer } from '../../scripts/lib/bank-customer.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { axeLook } from './support/looks.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

const problemWords = (await import('../../extension/i18n/problems/en.json', { with: { type: 'json' } })).default

/** Beside two other builds of a machine, the password may take its time. */
const STRETCH_MS = 60_000

let world
let holder
/** What the page asked the bank, and what it told it. */
const sent = []

const booked = async kind => (await consoleOf(world.parties, 'bank')).balances.find(({ account }) => account.kind === kind)?.balance.minor

before(async () => {
  world = await openWorld({ as: BankCustomer, shots: process.env.BANK_PAGE_SHOTS })
  holder = world.shopper
  await holder.enrol()
  await holder.openBankAccount()
  await holder.deposit(50_000)
  await holder.move('load', 10_000)
  holder.context.on('request', request => sent.push(`${request.url()} ${request.postData() ?? ''}`))
})

after(() => world?.close())

test('the front page leads to the account', async () => {
  const page = await holder.openPage(world.parties.url('bank'))
  await page.getByRole('link', { name: 'See your account, block a lost purse' }).click()
  await page.getByLabel('Account number', { exact: true }).waitFor()
  await page.close()
})

test('a wrong password opens nothing and says so', async () => {
  const page = await holder.logIn('nine brown owls in the pine')
  await page.getByText('Account number or password is wrong. Nothing was changed.').waitFor({ timeout: STRETCH_MS })
  assert.equal(await page.getByRole('heading', { name: 'Purses' }).count(), 0)
  await page.close()
})

test('a number that cannot be one is not sent', async () => {
  const page = await holder.openPage(`${world.parties.url('bank')}/account`)
  await page.getByLabel('Account number', { exact: true }).fill('1234 5678')
  await page.getByLabel('Password', { exact: true }).fill('anything')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByText('An account number has 16 digits.').waitFor()
  await page.close()
})

test('the password shows the account, blocks the purse and says when what it held is paid back', async () => {
  const page = await holder.logIn()
  await page.getByRole('heading', { name: 'Purses' }).waitFor({ timeout: STRETCH_MS })
  await page.getByText('¥40,000').first().waitFor()
  await page.getByRole('cell', { name: 'Purse loaded' }).first().waitFor()
  assert.deepEqual(await axeLook(page), [])
  await holder.blockPurse(page)
  await page.getByText('blocked by you').waitFor()
  await holder.shot(page, 'bank-page-blocked', { fullPage: true })
  assert.deepEqual(await axeLook(page), [])
  await page.getByRole('button', { name: 'Leave' }).click()
  await page.getByText('You have left.').waitFor()
  await page.close()
  assert.ok(sent.some(line => line.includes('/v1/holder-sessions')))
  assert.ok(!sent.some(line => line.includes('brown owls')), 'the password never leaves the browser')
})

test('an order from the blocked purse is refused with a sentence, and nothing is charged', async () => {
  const store = await holder.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await holder.pay(store)
  await holder.payWith(approval, /Purse/)
  await holder.approve(approval)
  const order = await eventually('the order is refused', async () => {
    const [last] = (await holder.view()).orders.toSorted((one, other) => other.created_at - one.created_at)
    return last?.state === 'refused' && last
  })
  const sentence = problemWords[`problem.${order.failure.kind}.sentence`].replace('{about}', order.failure.about)
  await approval.getByText(sentence).first().waitFor()
  await holder.shot(approval, 'refused')
  await Promise.all([approval.close(), store.close()])
  assert.equal(await booked('purse'), 10_000, 'until the window is over')
  assert.equal((await booked('payable')) ?? 0, 0)
})

test('nor is anything loaded into it', async () => {
  const page = await holder.purse('load')
  await page.getByLabel(words('move.amount'), { exact: true }).fill('100')
  await page.getByLabel(words('add.pin'), { exact: true }).fill(holder.person.pin)
  await page.getByRole('button', { name: new RegExp(`^${words('move.load.button', { amount: '' }).trim()}.*\\d`) }).click()
  await page.getByText(problemWords['problem.purse-blocked.sentence']).first().waitFor()
  await page.close()
})
