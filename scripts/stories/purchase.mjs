// One purchase with the software card, and a picture of every page.
import { say, step } from '../lib/say.mjs'
import { Shopper } from '../lib/shopper.mjs'

const GOODS = [{ sku: 'sencha-100', quantity: 2 }]

/** Plays it; resolves to the parcel's tracking number. */
export async function play(parties, shots) {
  const shopper = await Shopper.start(parties, { shots })
  try {
    await step('Opening an account and setting up the wallet', () => shopper.enrol())
    return await step('Buying two packets of sencha', () => purchase(shopper))
  } finally {
    await shopper.close()
  }
}

async function purchase(shopper) {
  const store = await shopper.fillBasket(GOODS)
  const approval = await shopper.pay(store)
  await shopper.approve(approval)
  const tracking = await shopper.delivered(approval)
  say(`From Approve to the courier's acceptance: ${shopper.secondsToAcceptance.toFixed(2)} s.`)
  await approval.close()
  await store.getByText(tracking).waitFor()
  await shopper.shot(store, 'store-thanks', { fullPage: true })
  await picturesOfEverything(shopper)
  return tracking
}

async function picturesOfEverything(shopper) {
  for (const page of ['popup', 'orders', 'settings']) {
    const opened = await shopper.openPage(shopper.walletUrl(page))
    await opened.setViewportSize({ width: page === 'popup' ? 400 : 720, height: 720 })
    await opened.waitForTimeout(300)
    await shopper.shot(opened, `wallet-${page}`)
    await opened.close()
  }
  for (const role of ['shop', 'issuer', 'courier', 'key-centre', 'ca', 'directory', 'registration-authority']) {
    const opened = await shopper.openPage(`${shopper.parties.url(role)}/console`)
    await opened.waitForTimeout(500)
    await shopper.shot(opened, `console-${role}`, { fullPage: true })
    await opened.close()
  }
}
