// A purchase with a card whose keys live in a card in a reader: the virtual card behind a software USB
// device, through Chromium's own WebHID. Then a second one, in which the card is pulled out too early.
import { extensionFolder } from '../lib/paths.mjs'
import { ReaderShopper } from '../lib/reader-shopper.mjs'
import { say, step } from '../lib/say.mjs'
import { PARTIES } from '../lib/secrets.mjs'
import { words } from '../lib/shopper.mjs'
import { VirtualCard, whyNoDevice } from '../lib/virtual-card.mjs'

const ISSUER = PARTIES.find(({ id }) => id === 'issuer-ume')
const TEA = [{ sku: 'sencha-100', quantity: 2 }]
const MORE_TEA = [{ sku: 'hojicha-100', quantity: 1 }]
/** GENERAL AUTHENTICATE, with which the card signs the order. */
const SIGNING = 'ins=87'

/** Why it cannot be played here, as a sentence; or undefined. */
export async function obstacle() {
  const why = await whyNoDevice()
  return why && `The story with a card in a reader cannot be played here. ${why}`
}

/** Plays it; resolves to the first parcel's tracking number. */
export async function play(parties, shots) {
  const card = await VirtualCard.start()
  const shopper = await ReaderShopper.start(parties, { shots, ...card.browserOptions(extensionFolder) })
  try {
    await step('Opening an account and setting up the wallet', () => shopper.enrol())
    await step('Preparing the new card in the reader', () => shopper.prepareReaderCard())
    await step(`Getting a card of ${ISSUER.name}, its keys made in the reader`, () => shopper.addCardInReader(ISSUER.id))
    const tracking = await step('Buying two packets of sencha with it', () => purchase(shopper, card))
    await step('Buying hojicha, and pulling the card out too early', () => pulled(shopper, card))
    await picturesOfTheWallet(shopper)
    return tracking
  } finally {
    await shopper.close()
    await card.close()
  }
}

async function purchase(shopper, card) {
  const store = await shopper.fillBasket(TEA)
  const approval = await shopper.pay(store)
  await shopper.payWith(approval, ISSUER.name)
  const before = await card.counters()
  await shopper.approveInReader(approval)
  const tracking = await shopper.delivered(approval)
  const after = await card.counters()
  say(
    `From Approve to the courier's acceptance: ${shopper.secondsToAcceptance.toFixed(2)} s, the card asked ${after.commands - before.commands} times, in ${after.frames - before.frames} reports.`,
  )
  await approval.close()
  await store.getByText(tracking).waitFor()
  await shopper.shot(store, 'store-thanks', { fullPage: true })
  await store.close()
  return tracking
}

async function pulled(shopper, card) {
  const store = await shopper.fillBasket(MORE_TEA)
  const approval = await shopper.pay(store)
  await card.pullBefore(SIGNING)
  const gone = card.pulled()
  await shopper.approveInReader(approval)
  await gone
  await approval.getByRole('heading', { name: words('turn.pulled') }).waitFor()
  await shopper.shot(approval, 'card-pulled-out')
  await card.insert()
  await shopper.delivered(approval)
  await approval.close()
  await store.close()
}

async function picturesOfTheWallet(shopper) {
  for (const page of ['readers', 'popup', 'settings']) {
    const opened = await shopper.openPage(shopper.walletUrl(page))
    await opened.setViewportSize({ width: page === 'popup' ? 400 : 720, height: 720 })
    await opened.waitForTimeout(600)
    await shopper.shot(opened, `wallet-${page}`, { fullPage: page !== 'popup' })
    await opened.close()
  }
  const console = await shopper.openPage(`${shopper.parties.url(ISSUER.id)}/console`)
  await console.waitForTimeout(500)
  await shopper.shot(console, 'console-issuer', { fullPage: true })
  await console.close()
}
