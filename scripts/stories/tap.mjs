// A card is made contactless, value is put on it, and it pays in the store; what the shop gives back comes onto it again.
// Settlement server and security server show what they have seen of it.
import { join } from 'node:path'
import { wholeConsole } from '../lib/console.mjs'
import { ContactlessHolder } from '../lib/contactless-holder.mjs'
import { Stop, say, step } from '../lib/say.mjs'
import { words } from '../lib/shopper.mjs'

const PUT_ON = 5_000
const GIVEN_BACK = 300
const TEA = [{ sku: 'sencha-100', quantity: 2 }]
const PATIENCE_MS = 60_000
const CONSOLE = { width: 1280, height: 900 }

/** Plays it; resolves to the parcel's tracking number. */
export async function play(parties, shots) {
  const aiko = await ContactlessHolder.start(parties, { shots })
  try {
    await step('A wallet with a card, and an account at the settlement server', async () => {
      await aiko.enrol()
      await aiko.openSettlementAccount()
    })
    const card = await step('The card gets the keys of a contactless card', () => aiko.getContactless())
    await step(`The account puts ${yen(PUT_ON)} on it`, () => aiko.putOn(card, PUT_ON))
    const tracking = await step('It pays in the store: read, approved, held to the reader', () => pay(aiko))
    await step(`The shop gives back ${yen(GIVEN_BACK)}, and the card takes it`, () => givenBack(aiko, card))
    say(await step('Looking at the consoles of both servers', () => books(parties, aiko, shots)))
    await pictures(aiko)
    return tracking
  } finally {
    await aiko.close()
  }
}

const yen = minor => `¥${minor.toLocaleString('en')}`

async function pay(holder) {
  const store = await holder.fillBasket(TEA)
  const approval = await holder.pay(store)
  await holder.payWithContactless(approval)
  await holder.approve(approval)
  await approval.getByText(words('approve.tap.itself')).waitFor({ timeout: 5_000 })
  await holder.shot(approval, 'approve-tapping')
  const tracking = await holder.delivered(approval)
  say(`From Approve to the courier's acceptance: ${holder.secondsToAcceptance.toFixed(2)} s.`)
  await approval.close()
  await store.close()
  return tracking
}

async function givenBack(holder, card) {
  await holder.haveRefunded(GIVEN_BACK)
  const [{ balance_minor: before }] = await holder.tapCards()
  await until('Nothing waits for the card', async () => {
    const { 'card-credits': credits = [] } = await wholeConsole(holder.parties, holder.parties.domain('settlement'))
    return credits.length > 0
  })
  await holder.collect(card)
  const [{ balance_minor: after }] = await holder.tapCards()
  if (after !== before + GIVEN_BACK) throw new Stop(`The card has ${after}, and not ${before} and ${GIVEN_BACK}.`)
}

/** The log of either server has what the card confirmed, and nothing is unresolved. */
async function books(parties, holder, shots) {
  const said = []
  for (const party of ['settlement', 'security-server']) {
    const page = await holder.openPage(`${parties.url(party)}/console`)
    await page.setViewportSize(CONSOLE)
    await page.waitForTimeout(800)
    await page.screenshot({ path: join(shots, `console-${party}.png`), fullPage: true })
    await page.close()
  }
  const front = await wholeConsole(parties, parties.domain('settlement'))
  const kinds = front['settlement-log'].map(({ what }) => what).reverse()
  if (front['settlements-unresolved'].length > 0) throw new Stop('A settlement is unresolved.')
  said.push(`The log: ${kinds.join(', ')}. Nothing is unresolved.`)
  return said.join('\n')
}

async function pictures(holder) {
  for (const page of ['popup', 'contactless', 'orders']) {
    const opened = await holder.openPage(holder.walletUrl(page))
    await opened.setViewportSize({ width: page === 'popup' ? 400 : 720, height: 720 })
    await opened.waitForTimeout(300)
    await holder.shot(opened, `wallet-${page}`, { fullPage: page !== 'popup' })
    await opened.close()
  }
}

async function until(otherwise, look) {
  const end = Date.now() + PATIENCE_MS
  while (!(await look())) {
    if (Date.now() > end) throw new Stop(`${otherwise} after a minute.`)
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}
