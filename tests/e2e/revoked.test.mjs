// The CA's operator revokes the shop. The wallet hears of it by the clock: an order that is on the screen is paid no more,
// and the next one is not even shown.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

const problemWords = (await import('../../extension/i18n/problems/en.json', { with: { type: 'json' } })).default
const ALARM = 'revocations'

let world

before(async () => {
  world = await openWorld()
  await world.shopper.enrol()
})

after(() => world?.close())

const sentence = about => problemWords['problem.certificate-revoked.sentence'].replace('{about}', about)

const serviceWorker = async ({ context }) => context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))

async function revoke(party) {
  const { shopper, parties } = world
  const page = await shopper.openPage(`${parties.url('ca')}/console`)
  await page.getByRole('button', { name: 'Revoke party' }).first().click()
  await page.getByLabel('Party', { exact: true }).fill(party)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('button', { name: 'Sign and do it: Revoke party' }).click()
  await page.getByText('Done: Revoke party.').waitFor()
  await page.close()
  await eventually('the directory has the list', async () => {
    const { counters } = await consoleOf(parties, 'directory')
    return counters.revoked_certificates > 0
  })
}

/** When the wallet asks for the list again, in milliseconds. */
const nextTime = async () => {
  const worker = await serviceWorker(world.shopper)
  return worker.evaluate(async name => (await chrome.alarms.get(name))?.scheduledTime, ALARM)
}

test('the wallet asks once an hour, whatever its holder does', async () => {
  const next = await eventually('the alarm is set', nextTime)
  const minutes = (next - Date.now()) / 60_000
  assert.ok(minutes > 50 && minutes <= 60, `${minutes} minutes`)
})

test('t002_7 a shop that is revoked while its order is on the screen is not paid, and asks in vain from then on', async () => {
  const { shopper, parties } = world
  const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()

  await revoke(parties.domain('shop'))
  const before = await nextTime()
  const worker = await serviceWorker(shopper)
  // The hour is over.
  await worker.evaluate(name => chrome.alarms.create(name, { when: Date.now() }), ALARM)
  await eventually('the list is fetched', async () => ((await nextTime()) ?? 0) > before)

  await shopper.approve(approval)
  const { about } = await eventually('the wallet refuses', async () => {
    const said = await approval.getByText(/The certificate of .* was revoked/).textContent()
    return said && { about: /certificate of (.*) was revoked/.exec(said)[1] }
  })
  await approval.getByText(sentence(about)).waitFor()
  assert.match(about, /Kiso Tea/)
  await approval.getByText(problemWords['problem.certificate-revoked.money']).waitFor()
  for (const role of ['shop', 'issuer', 'courier']) assert.deepEqual((await consoleOf(parties, role)).orders, [], role)
  await approval.getByRole('button', { name: words('approve.decline') }).click()
  await store.close()

  const again = await shopper.fillBasket([{ sku: 'hojicha-100', quantity: 1 }])
  const windows = shopper.context.pages().length
  await again.locator('#pay').click()
  await again.getByText(sentence(parties.domain('shop'))).waitFor()
  assert.equal(shopper.context.pages().length, windows, 'no window opens for it')
  const orders = (await shopper.view()).orders
  assert.ok(orders.every(({ state }) => state === 'declined'))
})
