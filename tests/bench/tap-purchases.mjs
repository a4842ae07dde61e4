// Purchases in Chromium with a contactless card and with the account, in turn.
import { ContactlessHolder } from '../../scripts/lib/contactless-holder.mjs'
import { extensionFolder } from '../../scripts/lib/paths.mjs'
import { prepareCardInReader } from '../../scripts/lib/reader-shopper.mjs'
import { PARTIES } from '../../scripts/lib/secrets.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { VirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { processorMs } from './processor.mjs'
import { serviceWorker } from './purchases.mjs'
import { ratio, summary } from './statistics.mjs'

/** One packet each time: the shelf holds 80. */
const TEA = [{ sku: 'hojicha-100', quantity: 1 }]
/** What is put on the card, in yen: more than is bought. */
const PUT_ON = 60_000
/** A party confirms itself to a holder 30 times a minute. */
const PACE_MS = 2_100
const BANK = PARTIES.find(({ id }) => id === 'issuer').name
const BALANCE = words('approve.tap.balance', { amount: '' }).split(':')[0]

/** Where the contactless card is. */
class InBrowser extends ContactlessHolder {
  async prepare() {
    await this.enrol()
    await this.openSettlementAccount()
    await this.putOn(await this.getContactless(), PUT_ON)
  }
}

/** The same, with the card in a reader. */
class InReader extends ContactlessHolder {
  #readerPin = '719364'

  async prepare() {
    await this.enrol()
    await prepareCardInReader(this, this.#readerPin)
    await this.openSettlementAccount()
    await this.putOn(await this.getInReader(), PUT_ON)
  }

  async getInReader() {
    const page = await this.contactless('get')
    await page.getByRole('radio', { name: words('tap.get.place.reader'), exact: true }).check()
    await page.getByLabel(words('approve.pin.reader'), { exact: true }).fill(this.#readerPin)
    await page.getByRole('button', { name: words('tap.get.button'), exact: true }).click()
    await page.waitForURL(/#[0-9a-f]{20}$/)
    const id = new URL(page.url()).hash.slice(1)
    await page.close()
    return id
  }
}

/** With the card in the browser: see `inTurn`. */
export async function inBrowser(parties, options) {
  return inTurn(await InBrowser.start(parties), options)
}

/** With the card behind WebHID: see `inTurn`, and `line`, what went over it; or { without }: why this machine cannot. */
export async function inReader(parties, options) {
  const without = await whyNoDevice()
  if (without) return { without }
  const card = await VirtualCard.start()
  try {
    return await inTurn(await InReader.start(parties, card.browserOptions(extensionFolder)), { ...options, reader: card })
  } finally {
    await card.close()
  }
}

/**
 * Buys in turn with the contactless card and with the account, `count` times each. Resolves to { count, browser, tap, account,
 * times }: of each { ms, requests, taps, processorMs }, summaries: milliseconds from the press on Approve to the courier's
 * acceptance as the approval window shows it, requests of the service worker meanwhile and those of them that belong to taps, and the
 * parties' processor time. `tap.reading`: from the press on the button to the balance shown. `times`: how many times longer, round by round.
 *
 * @param {any} shopper
 * @param {{ count: number, warmUp?: number, reader?: VirtualCard }} options
 */
async function inTurn(shopper, { count, warmUp = 1, reader }) {
  try {
    await shopper.prepare()
    const [taps, accounts, line] = [[], [], []]
    for (let i = -warmUp; i < count; i++) {
      const before = await reader?.counters()
      const one = await buy(shopper, approval => readCard(shopper, approval))
      const after = await reader?.counters()
      const other = await buy(shopper, approval => shopper.payWith(approval, new RegExp(`^${BANK}`)))
      if (i < 0) continue
      taps.push(one)
      accounts.push(other)
      if (after) line.push({ commands: after.commands - before.commands, frames: after.frames - before.frames })
    }
    const browser = await (await serviceWorker(shopper)).evaluate(() => navigator.userAgent.match(/Chrome\/([\d.]+)/)[1])
    return {
      count,
      browser,
      tap: { ...summarised(taps), reading: summary(taps.map(({ reading }) => reading)) },
      account: summarised(accounts),
      times: ratio(
        taps.map(({ ms }) => ms),
        accounts.map(({ ms }) => ms),
      ),
      line: reader && { commands: summary(line.map(({ commands }) => commands)), frames: summary(line.map(({ frames }) => frames)) },
    }
  } finally {
    await shopper.close()
  }
}

/** Lets the contactless card pay, which is read first: milliseconds until the balance is shown. */
async function readCard(shopper, approval) {
  await shopper.payWith(approval, new RegExp(`^${words('approve.contactless', { bank: '' })}`))
  const button = approval.getByRole('button', { name: words('approve.tap.read.button'), exact: true })
  await button.waitFor()
  const pressed = performance.now()
  await button.click()
  await approval.getByText(BALANCE).first().waitFor()
  return performance.now() - pressed
}

async function buy(shopper, choose) {
  const paced = new Promise(resolve => setTimeout(resolve, PACE_MS))
  const store = await shopper.fillBasket(TEA)
  const approval = await shopper.pay(store)
  const reading = await choose(approval)
  await (await serviceWorker(shopper)).evaluate(() => performance.clearResourceTimings())
  const used = processorMs()
  await shopper.approve(approval)
  await shopper.delivered(approval)
  const now = processorMs()
  const paths = await (
    await serviceWorker(shopper)
  ).evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname))
  await Promise.all([store.close(), approval.close(), paced])
  return {
    ms: shopper.secondsToAcceptance * 1000,
    reading,
    requests: paths.length,
    taps: paths.filter(path => path.startsWith('/v1/taps')).length,
    processorMs: used === undefined ? undefined : now - used,
  }
}

function summarised(bought) {
  const of = name => summary(bought.map(one => one[name]).filter(value => value !== undefined))
  return { ms: of('ms'), requests: of('requests'), taps: of('taps'), processorMs: of('processorMs') }
}
