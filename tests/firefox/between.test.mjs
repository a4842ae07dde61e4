// A purse in Firefox and one in Chromium pay each other while every party is stopped: over a direct connection, and by
// texts with the network off in both browsers.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { BankCustomer } from '../../scripts/lib/bank-customer.mjs'
import { findFirefox } from '../../scripts/lib/firefox.mjs'
import { firefoxFolder } from '../../scripts/lib/paths.mjs'
import { AIKO, words } from '../../scripts/lib/shopper.mjs'
import { noLocalNetwork, silenceAt } from '../e2e/support/network.mjs'
import { openWorld } from '../e2e/support/world.mjs'
import { enrol, openBankAccount } from '../support/firefox-holder.mjs'
import { Firefox } from '../support/webdriver.mjs'

const KENJI = { ...AIKO, name: 'Kenji Mori' }
const found = await findFirefox()
const skip = found.missing ?? false
/** How long a code may wait for the other's camera before a browser gives its first tries up. */
const HANDS_MS = 35_000
let folder, world, silence, firefox, aiko
/** The page of Kenji's purse, in Firefox. */
let his

/** The text that Kenji's page shows to the other. */
const shown = kind => his.showsLike(new RegExp(`TALLY-${kind}-1\\.[\\w-]+`))

/** Puts a text of the other wallet before Kenji's. */
async function takeUp(text) {
  await his.press('button', words('between.take'))
  await his.type(words('between.paste'), text)
  await his.press('button', words('between.look'))
}

/** Presses the button that names an amount, with the PIN. */
async function confirm(key) {
  await his.type(words('add.pin'), KENJI.pin)
  await his.press('button', new RegExp(`^${words(key, { amount: '' }).trim()} .*\\d`))
}

/** Asks for so much. */
async function ask(yen) {
  await his.press('button', words('between.ask'))
  await his.type(words('between.amount'), String(yen))
  await his.type(words('add.pin'), KENJI.pin)
  await his.press('button', words('between.ask.button'))
}

before(async () => {
  if (skip) return
  world = await openWorld({ as: BankCustomer })
  aiko = world.shopper
  await aiko.enrol()
  await aiko.openBankAccount()
  await aiko.deposit(50_000)
  await aiko.move('load', 10_000)
  folder = mkdtempSync(join(tmpdir(), 'tallystick-between-'))
  cpSync(firefoxFolder, folder, { recursive: true })
  cpSync(join(world.extension, 'deployment.json'), join(folder, 'deployment.json'))
  firefox = await Firefox.start(found)
  await firefox.install(folder)
  const onboarding = await enrol(firefox, world.parties, KENJI)
  const own = await onboarding.url()
  const walletUrl = page => new URL(`${page}.html`, own).href
  his = await openBankAccount(firefox, world.parties, walletUrl, KENJI)
  await world.down()
  silence = await silenceAt(world.parties.port)
  await his.goto(walletUrl('purse'))
})

after(async () => {
  silence?.close()
  await firefox?.close()
  await world?.close()
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

test(
  't004_6 Firefox and Chromium connect directly, whichever begins, and a payment goes over by itself',
  { skip: skip || noLocalNetwork },
  async () => {
    const hers = await aiko.purse()
    const press = name => hers.getByRole('button', { name, exact: true }).click()
    const read = async (label, text) => {
      await hers.getByLabel(words(label), { exact: true }).fill(text)
      await press(words('between.look'))
    }
    const code = async () => (await hers.getByRole('region', { name: words('between.direct.text'), exact: true }).textContent()).trim()
    const connected = async () => {
      await his.shows(words('between.direct.open'))
      await hers.getByText(words('between.direct.open')).waitFor()
    }
    await his.press('button', words('between.direct.begin'))
    await press(words('between.take'))
    await read('between.paste', await shown('PAIR'))
    await his.type(words('between.direct.paste'), await code())
    await his.press('button', words('between.look'))
    await connected()
    await his.press('button', words('between.direct.end'))
    await hers.getByText(words('between.direct.ended.lost')).waitFor()
    await press(words('between.direct.begin'))
    await takeUp(await code())
    const answer = await shown('PAIR')
    await hers.waitForTimeout(HANDS_MS)
    await read('between.direct.paste', answer)
    await connected()
    await ask(1_000)
    await hers.getByText(/asks for ¥1,000/).waitFor()
    await hers.getByLabel(words('add.pin'), { exact: true }).fill(AIKO.pin)
    await hers.getByRole('button', { name: /^Pay .*\d/ }).click()
    await his.shows('pays you ¥1,000')
    await confirm('between.take.button')
    await his.shows(words('between.state.taken'))
    await hers.getByText(words('between.state.settled'), { exact: true }).waitFor()
    await hers.close()
    await his.shows(words('between.direct.ended.lost'))
  },
)

test('the page says in Firefox too that there is no network, and that this needs none', { skip }, async () => {
  // From here on neither browser has any network.
  await firefox.goOffline()
  await aiko.context.setOffline(true)
  await his.shows(words('between.offline'))
})

test('t004_6 t004_14 t004_25 t004_30 a purse in Firefox is paid by one in Chromium, with no network', { skip }, async () => {
  await ask(1_500)
  await takeUp(await aiko.payPurse(await shown('ASK')))
  await his.shows('pays you ¥1,500')
  await confirm('between.take.button')
  await aiko.settlePayment(await shown('GOT'))
  await his.shows(words('between.state.taken'))
  const [{ amount_minor, out_minor }] = (await aiko.view()).purses
  assert.deepEqual([amount_minor, out_minor], [7_500, 0])
})

test('t004_6 a purse in Firefox spends at once what it was paid, with no network', { skip }, async () => {
  await takeUp(await aiko.askForPayment(400))
  await his.shows('asks for ¥400')
  await confirm('between.pay.button')
  await takeUp(await aiko.answerPayment(await shown('PAY')))
  await his.shows(words('between.state.settled'))
  await his.shows('¥2,100')
  const [{ amount_minor }] = (await aiko.view()).purses
  assert.equal(amount_minor, 7_900)
})

test('neither wallet asked any party for anything meanwhile', { skip }, () => {
  assert.deepEqual(silence.asked, [])
})
