// A card that stays at home behind Chromium's own WebHID, and a second browser far away that buys with it: two
// purchases by the two passwords, a third that the card refuses because the loan has run out, and one that is stopped at home half-way.
import { join } from 'node:path'
import { Borrower, Lender } from '../lib/home-shoppers.mjs'
import { extensionFolder } from '../lib/paths.mjs'
import { say, step } from '../lib/say.mjs'
import { PARTIES } from '../lib/secrets.mjs'
import { problemWords, words } from '../lib/shopper.mjs'
import { VirtualCard, whyNoDevice } from '../lib/virtual-card.mjs'

const ISSUER = PARTIES.find(({ id }) => id === 'issuer-ume')
const TEA = [{ sku: 'sencha-100', quantity: 2 }]
/** What is lent, in yen: enough for two of the purchases, and for more orders than that. */
const LENT = 10_000
const ORDERS = 5
/** So slow is the card while somebody stops it, in milliseconds a command: as one of plastic. */
const SLOW_MS = 50

/** Why it cannot be played here, as a sentence; or undefined. */
export async function obstacle() {
  const why = await whyNoDevice()
  return why && `The story of the card at home cannot be played here. ${why}`
}

/** Plays it; resolves to the first parcel's tracking number. */
export async function play(parties, shots) {
  const card = await VirtualCard.start()
  const home = await Lender.start(parties, { shots: join(shots, 'home'), ...card.browserOptions(extensionFolder) })
  const away = await Borrower.start(parties, { shots: join(shots, 'away') })
  try {
    await step('At home: a wallet, and a card in the reader', () => home.enrolInReader(ISSUER.id))
    await step('Away: another wallet, in another browser', () => away.enrol())
    await step('At home: setting up the card to be lent', () => home.setUpHome())
    await step('Letting the other wallet in', async () => away.join(await home.letIn(await away.accessCode())))
    await step(`Lending ¥${LENT.toLocaleString('en')} for ${ORDERS} orders`, async () => {
      await home.lend(LENT, ORDERS)
      await away.fetchLoans()
    })
    const tracking = await step('Away: buying two packets of sencha, signed at home', () => purchase(home, away))
    await step('Away: buying them once more', () => purchase(home, away))
    await step('Away: a third time, which the card refuses', () => runOut(away))
    await step('Lending again, and stopping everything half-way through a purchase', () => stopped(home, away, card))
    await pictures(home, away)
    return tracking
  } finally {
    await away.close()
    await home.close()
    await card.close()
  }
}

async function purchase(home, away) {
  const uses = home.page.locator('section[aria-labelledby=uses] li')
  const before = await uses.count()
  const store = await away.fillBasket(TEA)
  const approval = await away.pay(store)
  await away.payWithLoan(approval)
  await away.approveFromAway(approval)
  await approval.locator('[aria-current=step]').waitFor()
  await away.shot(approval, 'approve-steps')
  const tracking = await away.delivered(approval)
  say(`From Approve to the courier's acceptance, by way of home: ${away.secondsToAcceptance.toFixed(2)} s.`)
  await uses.nth(before).waitFor()
  await home.shot(home.page, 'lending-used', { fullPage: true })
  await Promise.all([approval.close(), store.close()])
  return tracking
}

/** The wallet away has forgotten what it has used, as one that cheats would say; the card at home has not. */
async function runOut(away) {
  await away.joinAnew()
  const store = await away.fillBasket(TEA)
  const approval = await away.pay(store)
  await away.payWithLoan(approval)
  await away.approveFromAway(approval)
  await approval.getByText(problemWords('loan-above-total')).waitFor()
  await away.shot(approval, 'loan-used-up')
  await approval.getByRole('button', { name: words('approve.decline') }).click()
  await store.close()
}

async function stopped(home, away, card) {
  await home.stopLoan()
  await home.lend(LENT, ORDERS)
  await away.fetchLoans()
  const store = await away.fillBasket(TEA)
  const approval = await away.pay(store)
  await away.payWithLoan(approval)
  await card.delay(SLOW_MS)
  await away.approveFromAway(approval)
  // The first password has opened the card, and the second is on its way.
  await approval.locator('li.done', { hasText: words('away.step.session') }).waitFor()
  const took = await home.stopEverything()
  say(
    `Stopped at the press: from then on nothing goes out. The card itself, at work meanwhile, heard of it ${(took / 1000).toFixed(2)} s later.`,
  )
  await card.delay(0)
  await home.shot(home.page, 'lending-stopped', { fullPage: true })
  // Wherever it was on its way: nothing came of it.
  await approval.getByText('Nothing was ordered and nothing was charged.').waitFor()
  await away.shot(approval, 'stopped-half-way')
  await approval.getByRole('button', { name: words('approve.decline') }).click()
  await store.close()
}

async function pictures(home, away) {
  await away.page.reload()
  await away.page.getByText(words('away.none')).waitFor()
  await away.shot(away.page, 'away-after', { fullPage: true })
  const console = await home.openPage(`${home.parties.url('home-proxy')}/console`)
  await console.waitForTimeout(500)
  await home.shot(console, 'console-home-proxy', { fullPage: true })
  await console.close()
}
