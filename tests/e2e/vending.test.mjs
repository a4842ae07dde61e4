// A drink is bought from the purse while the wallet's browser has no network; the machine's server brings what it earned
// to the bank, and its dealer sees who was turned away.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BankCustomer } from '../../scripts/lib/bank-customer.mjs'
import { VendingMachine } from '../../scripts/lib/vending-machine.mjs'
import { axeLook, narrowLook } from './support/looks.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

const SHOTS = process.env.TALLYSTICK_SHOTS
const SENCHA = 150
const LOADED = 5_000
let world, aiko, machine, request, payment, answer

const purse = async () => (await aiko.view()).purses[0]
const offline = on => aiko.context.setOffline(on)

before(async () => {
  // An hour, so that only what the tests command is uploaded.
  world = await openWorld({ shots: SHOTS, as: BankCustomer, vars: { vending: { COLLECT_SECONDS: '3600' } } })
  aiko = world.shopper
  await aiko.enrol()
  await aiko.openBankAccount()
  await aiko.deposit()
  await aiko.move('load', LOADED)
  machine = await VendingMachine.start(world.parties, { shots: SHOTS })
})

after(async () => {
  await machine?.close()
  await world?.close()
})

test('t004_16 v1 to v9 a drink is bought with no network in the wallet', async () => {
  await offline(true)
  request = await machine.order('sencha')
  payment = await aiko.payPurse(request)
  const { amount_minor, out_minor } = await purse()
  assert.deepEqual([amount_minor, out_minor], [LOADED - SENCHA, SENCHA], 'it is set aside before anything is shown')
  answer = await machine.pay(payment)
  assert.match(await machine.says(), /Here is your drink\s+Cold sencha has fallen/)
  assert.equal(await machine.tray(), 'Cold sencha lies in the tray.')
  await aiko.settlePayment(answer)
  assert.equal((await purse()).out_minor, 0)
  for (const text of [request, payment, answer]) assert.ok(text.length <= 1_100, `${text.length} characters`)
  await machine.takeDrink()
  await machine.leave()
})

test('the same payment again has its receipt again, and no drink', async () => {
  await machine.order('sencha')
  assert.equal(await machine.pay(payment), answer)
  assert.match(await machine.says(), /This payment has its drink/)
  assert.equal(await machine.tray(), 'Nothing has fallen yet.')
  await machine.leave()
})

test('what is no payment is refused with a sentence, and can be put right', async () => {
  const asked = await machine.order('coffee')
  for (const [text, says] of [
    [asked, /the machine’s own request/],
    [answer, /a machine’s answer/],
    [payment.slice(0, 200), /no payment, or not all of it/],
  ]) {
    await machine.insert(text)
    assert.match(await machine.complains(), says)
  }
  await machine.leave()
})

test('t004_41 short money drops nothing, comes back to the purse, and stands on the console of the dealer', async () => {
  const { parties } = world
  const asked = await parties.fetch(parties.domain('vending'), '/v1/choices', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ product: 'coffee', leaves_amount_open: true }),
  })
  const short = await aiko.payPurse(asked.json().text, 100)
  assert.equal((await purse()).out_minor, 100)
  await machine.order('coffee')
  const refusal = await machine.pay(short)
  assert.match(await machine.says(), /Nothing fell\s+That is less than the price/)
  assert.equal(await machine.tray(), 'Nothing has fallen yet.')
  await aiko.settlePayment(refusal)
  const { amount_minor, out_minor } = await purse()
  assert.deepEqual([amount_minor, out_minor], [LOADED - SENCHA, 0])
  const { improper } = await consoleOf(parties, 'vending')
  assert.deepEqual([improper.length, improper[0].reason], [1, 'short-money'])
  await machine.leave()
})

test('the page can be read by everybody, fits a telephone, and speaks Japanese too', async () => {
  await machine.order('yuzu')
  assert.deepEqual(await axeLook(machine.page), [])
  assert.deepEqual(await narrowLook(machine.page, { width: 320, height: 640 }), [])
  const japanese = await VendingMachine.start(world.parties, { shots: SHOTS, languages: 'ja-JP' })
  try {
    assert.equal(await japanese.page.locator('html').getAttribute('lang'), 'ja')
    await japanese.page.getByRole('button', { name: /温かいゆず蜂蜜/ }).waitFor()
    await japanese.shot('japanese')
  } finally {
    await japanese.close()
  }
  await machine.leave()
})

test('t004_16 v10 to v13 the log is uploaded at the dealer’s command, and both purses are booked at the bank', async () => {
  const page = await aiko.context.newPage()
  await offline(false)
  await page.goto(`${world.parties.url('vending')}/console`)
  await page.getByRole('button', { name: 'Upload now', exact: true }).click()
  await page.getByRole('button', { name: 'Sign and do it: Upload now' }).click()
  await page.getByText('Done: Upload now.').waitFor()
  await eventually('the bank has booked the drink', async () => {
    const { balances } = await consoleOf(world.parties, 'bank')
    return balances.some(({ account, balance }) => account.kind === 'holder' && balance.minor === SENCHA)
  })
  const { sales, uploads } = await consoleOf(world.parties, 'vending')
  assert.deepEqual([sales.length, sales[0].product, sales[0].amount.minor], [1, 'sencha', SENCHA])
  assert.ok(sales[0].uploaded)
  assert.deepEqual([uploads[0].state, uploads[0].sales], ['uploaded', 1])
  await page.getByRole('heading', { name: 'Uploads to the bank' }).waitFor()
  await page.getByRole('cell', { name: 'uploaded', exact: true }).waitFor()
  await aiko.shot(page, 'console-vending', { fullPage: true })
  await page.close()
  await aiko.synchronise()
  assert.equal((await purse()).amount_minor, LOADED - SENCHA)
})
