// An account at a bank and the purse in the card, as a person uses them: T004-1 and its neighbours at the page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BankCustomer } from '../../scripts/lib/bank-customer.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

/** A number of the right form that the ordinary bank never gave out. */
const UNKNOWN_IBAN = 'GB29NWBK60161331926819'
const TEA = [{ sku: 'sencha-100', quantity: 2 }]

let world
let holder

/** What the bank's books say of its only account of a kind. */
async function booked(kind) {
  const { balances } = await consoleOf(world.parties, 'bank')
  const found = balances.find(({ account }) => account.kind === kind)
  return found?.balance.minor
}

const purseOf = async () => (await holder.view()).purses[0]

before(async () => {
  world = await openWorld({ as: BankCustomer })
  holder = world.shopper
  await holder.enrol()
})

after(() => world?.close())

test('t004_43 an account that the bank outside does not know opens none, and the page says that no money moved', async () => {
  const page = await holder.register(UNKNOWN_IBAN)
  await page.getByText(words('opening.now.refused', { bank: 'Midori Bank' })).waitFor()
  assert.deepEqual((await holder.view()).accounts, [])
  await page.getByRole('button', { name: words('opening.again') }).click()
  await page.getByLabel(words('opening.iban'), { exact: true }).waitFor()
  await page.close()
})

test('an account is opened with its purse, whose key the card made', async () => {
  await holder.openBankAccount()
  const purse = await purseOf()
  assert.equal(purse.step, 'ready')
  assert.equal(purse.amount_minor, 0)
})

test('t004_1 t004_32 what is loaded into the purse is gone from the account', async () => {
  await holder.deposit(50_000)
  await holder.move('load', 10_000)
  const purse = await purseOf()
  assert.deepEqual([purse.amount_minor, purse.in_minor, purse.out_minor], [10_000, 0, 0])
  assert.equal(await booked('holder'), 40_000)
  assert.equal(await booked('purse'), 10_000)
})

test('an order is paid from the purse, and the card hears that it was charged', async () => {
  const store = await holder.fillBasket(TEA)
  const approval = await holder.pay(store)
  await holder.payWith(approval, /Purse/)
  await holder.approve(approval)
  await holder.delivered(approval)
  await Promise.all([approval.close(), store.close()])
  await eventually('nothing is under way any more', async () => (await purseOf()).out_minor === 0)
  assert.equal((await purseOf()).amount_minor, 6_520)
  assert.equal(await booked('payable'), 3_480)
})

test('a refund comes back to the purse that paid, once', async () => {
  await holder.haveRefunded(1_480)
  assert.equal(await holder.takeWaiting(), 8_000)
  await holder.synchronise()
  assert.equal((await purseOf()).amount_minor, 8_000)
  assert.equal(await booked('payable'), 2_000)
})

test('what is unloaded is on the account again, and everything adds up to what came in', async () => {
  await holder.move('unload', 3_000)
  const { balances } = await consoleOf(world.parties, 'bank')
  const sum = balances.reduce((total, { balance }) => total + balance.minor, 0)
  assert.equal(await booked('holder'), 43_000)
  assert.equal((await purseOf()).amount_minor, 5_000)
  assert.equal(sum, 0, 'each movement stands on two accounts')
})

const cardOf = async () => (await holder.view()).prepaid[0]

test('t004_24 t004_29 a prepaid card is got from the bank, topped up, seen and read out, and the money is taken back', async () => {
  const before = { holder: await booked('holder'), purse: await booked('purse') }
  await holder.getPrepaid()
  assert.deepEqual([(await cardOf()).step, (await cardOf()).amount_minor], ['ready', 0])
  await holder.movePrepaid('load', 2_000)
  assert.deepEqual([(await cardOf()).amount_minor, (await cardOf()).in_minor, (await cardOf()).out_minor], [2_000, 0, 0])
  assert.equal(await booked('holder'), before.holder - 2_000)
  const home = await holder.openPage(holder.walletUrl('popup'))
  await home.getByRole('button', { name: words('wallet.prepaid') }).click()
  const face = home.getByRole('article', { name: words('prepaid.of', { bank: 'Midori Bank' }) })
  await face.getByText(words('prepaid.bearer')).waitFor()
  await face.getByText('¥2,000').waitFor()
  await home.close()
  await holder.movePrepaid('unload', 1_500)
  const page = await holder.prepaid()
  await page.getByRole('button', { name: words('prepaid.read.button') }).click()
  await page.getByText(words('prepaid.entry.left', { amount: '¥2,000' })).waitFor()
  await page.getByText(words('prepaid.entry.left', { amount: '¥500' })).waitFor()
  await page.close()
  await holder.movePrepaid('unload', 500)
  assert.equal(await booked('holder'), before.holder)
  assert.equal((await cardOf()).amount_minor, 0)
  const last = await holder.prepaid()
  await last
    .locator('summary')
    .filter({ hasText: words('prepaid.remove') })
    .click()
  await last.getByRole('button', { name: words('prepaid.remove'), exact: true }).click()
  await last.getByRole('heading', { name: words('prepaid.none') }).waitFor()
  await last.close()
  assert.deepEqual((await holder.view()).prepaid, [])
})

test('the account pays an order as easily as the purse', async () => {
  const store = await holder.fillBasket([{ sku: 'hojicha-100', quantity: 1 }])
  const approval = await holder.pay(store)
  await holder.payWith(approval, /Account/)
  await holder.approve(approval)
  await holder.delivered(approval)
  await Promise.all([approval.close(), store.close()])
  const [{ total_minor: total }] = (await holder.view()).orders.toSorted((one, other) => other.created_at - one.created_at)
  assert.equal(await booked('holder'), 43_000 - total)
  assert.equal((await purseOf()).amount_minor, 5_000)
})

test('t004_10 t004_18 the purse gets a new key for the fee that the bank says, and keeps what is in it', async () => {
  const before = { purse: await purseOf(), holder: await booked('holder') }
  await holder.renewKey()
  const purse = await purseOf()
  assert.equal(purse.amount_minor, before.purse.amount_minor)
  assert.equal(purse.renewal.step, 'done')
  assert.equal(await booked('holder'), before.holder - purse.renewal.amount_minor)
  await holder.move('unload', 5_000)
  assert.equal((await purseOf()).amount_minor, 0)
})

test('the empty purse and then the account are closed, and their history stays', async () => {
  const movements = (await holder.view()).movements.length
  await holder.closePurse()
  assert.equal((await purseOf()).step, 'closed')
  const left = await booked('holder')
  assert.equal(await holder.closeAccount(), left)
  const view = await holder.view()
  assert.deepEqual(view.accounts, [])
  assert.equal(view.movements.length, movements)
  await eventually('nothing is left on the account', async () => !(await booked('holder')))
})
