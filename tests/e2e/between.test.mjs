// Two purses pay each other with no network in either browser: by texts, and by a code before a camera.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { BankCustomer } from '../../scripts/lib/bank-customer.mjs'
import { AIKO, words } from '../../scripts/lib/shopper.mjs'
import { cameraOf, film } from './support/fake-camera.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

const KENJI = { ...AIKO, name: 'Kenji Mori' }
const SHOTS = process.env.TALLYSTICK_SHOTS
const folder = mkdtempSync(join(tmpdir(), 'tallystick-camera-'))
const filmed = join(folder, 'code.y4m')
const recorded = []
let world, aiko, kenji

const purseOf = async holder => (await holder.view()).purses[0]
const amounts = async () => Promise.all([aiko, kenji].map(async holder => (await purseOf(holder)).amount_minor))

/** Whether the browsers have a network. */
const network = on => Promise.all([aiko, kenji].map(({ context }) => context.setOffline(!on)))

before(async () => {
  world = await openWorld({ record: recorded, shots: SHOTS, as: BankCustomer })
  aiko = world.shopper
  kenji = await BankCustomer.start(world.parties, { extension: world.extension, shots: SHOTS, person: KENJI, args: cameraOf(filmed) })
  for (const holder of [aiko, kenji]) {
    await holder.enrol()
    await holder.openBankAccount()
  }
  await aiko.deposit(50_000)
  await aiko.move('load', 10_000)
  await aiko.getPrepaid()
  await aiko.movePrepaid('load', 2_000)
  await network(false)
  recorded.length = 0
})

after(async () => {
  await kenji?.close()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('t004_6 t004_14 t004_25 t004_30 one asks, the other pays, the first takes, and both purses know it, with no network', async () => {
  const request = await kenji.askForPayment(1_500)
  const payment = await aiko.payPurse(request)
  assert.equal((await purseOf(aiko)).out_minor, 1_500, 'it is on its way before anything is shown')
  const answer = await kenji.answerPayment(payment)
  await aiko.settlePayment(answer)
  assert.deepEqual(await amounts(), [8_500, 1_500])
  assert.equal((await purseOf(aiko)).out_minor, 0)
  for (const text of [request, payment, answer]) assert.ok(text.length <= 1_100, `${text.length} characters`)
})

test('the page says that there is no network, and that this needs none', async () => {
  const page = await kenji.purse()
  await page
    .getByRole('status')
    .filter({ hasText: words('between.offline') })
    .waitFor()
  await page.close()
})

test('what was received is spent on at once', async () => {
  const answer = await aiko.answerPayment(await kenji.payPurse(await aiko.askForPayment(700)))
  await kenji.settlePayment(answer)
  assert.deepEqual(await amounts(), [9_200, 800])
})

test('t004_6 a code before the camera says as much as its text', async () => {
  await aiko.payPurse(await kenji.askForPayment(400))
  const shows = await aiko.purse()
  await film(shows.getByRole('img', { name: words('between.code'), exact: true }).first(), filmed)
  const page = await kenji.purse()
  await page.getByRole('button', { name: words('between.take'), exact: true }).click()
  await page.getByRole('button', { name: words('between.camera.button'), exact: true }).click()
  const answer = await kenji.takeShown(page)
  await aiko.settlePayment(answer)
  await shows.close()
  assert.deepEqual(await amounts(), [8_800, 1_200])
})

test('a payment that is refused is back in the purse that paid, and can never be taken', async () => {
  const payment = await aiko.payPurse(await kenji.askForPayment(900))
  await aiko.settlePayment(await kenji.answerPayment(payment, false))
  assert.deepEqual(await amounts(), [8_800, 1_200])
  const page = await kenji.purse()
  await page.getByRole('button', { name: words('between.take'), exact: true }).click()
  await page.getByLabel(words('between.paste'), { exact: true }).fill(payment)
  await page.getByRole('button', { name: words('between.look'), exact: true }).click()
  await page.getByText(/^You refused this payment of ¥900 before/).waitFor()
  await page.close()
})

test('t004_24 t004_29 a prepaid card pays: the purse beside it takes that over and answers for it', async () => {
  const cardOf = async () => (await aiko.view()).prepaid[0].amount_minor
  const payment = await aiko.payPurse(await kenji.askForPayment(600), 0, 'prepaid')
  assert.deepEqual([await cardOf(), (await purseOf(aiko)).out_minor], [1_400, 600])
  await aiko.settlePayment(await kenji.answerPayment(payment))
  assert.deepEqual(await amounts(), [8_800, 1_800])
  await aiko.settlePayment(await kenji.answerPayment(await aiko.payPurse(await kenji.askForPayment(400), 0, 'prepaid'), false))
  assert.deepEqual([await cardOf(), ...(await amounts())], [1_000, 9_200, 1_800])
  const page = await aiko.purse()
  await page.getByText(words('between.prepaid.returned'), { exact: true }).waitFor()
  await page.close()
})

test('no party heard from a wallet meanwhile', () => {
  const heard = recorded.filter(({ from }) => from === 'outside').map(({ url }) => url)
  assert.deepEqual(heard, [])
})

test('t004_2 when the network is back, the history of either moves both at the bank', async () => {
  const booked = (what, minor) =>
    eventually(what, async () => {
      const { balances } = await consoleOf(world.parties, 'bank')
      const purses = balances.filter(({ account }) => account.kind === 'purse').map(({ balance }) => balance.minor)
      return minor.every(amount => purses.includes(amount))
    })
  await network(true)
  await kenji.synchronise()
  // Of what the prepaid card gave, the purse that took it over tells alone.
  await booked('the bank has moved what was paid', [1_800, 8_200, 2_000])
  await aiko.synchronise()
  await booked('the bank has moved what was taken over', [1_800, 9_200, 1_000])
})
