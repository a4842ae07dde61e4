// An account at a bank and the purse in the card: opened, loaded, spent in the store, given back, given a new key
// and closed, the bank's books audited; with a picture of every page.
import { auditBank } from '../lib/audit.mjs'
import { BankCustomer } from '../lib/bank-customer.mjs'
import { say, step } from '../lib/say.mjs'

const TEA = [{ sku: 'sencha-100', quantity: 2 }]

/** Plays it; resolves to the parcel's tracking number. */
export async function play(parties, shots) {
  const holder = await BankCustomer.start(parties, { shots })
  try {
    await step('Setting up the wallet', () => holder.enrol())
    await step('Opening an account at a bank, and its purse', () => holder.openBankAccount())
    await step('Loading the purse', async () => {
      await holder.deposit()
      await holder.move('load', 10_000)
    })
    const tracking = await step('Buying two packets of sencha from the purse', () => purchase(holder))
    await step('Being given back what one packet cost, and taking it', async () => {
      await holder.haveRefunded(1_480)
      await holder.takeWaiting()
    })
    await step('Giving the purse a new key', () => holder.renewKey())
    await step('Putting all of it back on the account', async () => {
      const [{ amount_minor: left }] = (await holder.view()).purses
      await holder.move('unload', left)
    })
    await pictures(holder)
    await step('Closing the purse and the account', async () => {
      await holder.closePurse()
      await holder.closeAccount()
    })
    say(await step('Having the bank audited', () => auditBank(parties)))
    return tracking
  } finally {
    await holder.close()
  }
}

async function purchase(holder) {
  const store = await holder.fillBasket(TEA)
  const approval = await holder.pay(store)
  await holder.payWith(approval, /Purse/)
  await holder.approve(approval)
  const tracking = await holder.delivered(approval)
  say(`From Approve to the courier's acceptance: ${holder.secondsToAcceptance.toFixed(2)} s.`)
  await approval.close()
  await store.close()
  return tracking
}

async function pictures(holder) {
  for (const page of ['popup', 'purse', 'orders']) {
    const opened = await holder.openPage(holder.walletUrl(page))
    await opened.setViewportSize({ width: page === 'popup' ? 400 : 720, height: 720 })
    await opened.waitForTimeout(300)
    await holder.shot(opened, `wallet-${page}`, { fullPage: page !== 'popup' })
    await opened.close()
  }
  for (const role of ['bank', 'registration-authority', 'directory', 'banking-system']) {
    const opened = await holder.openPage(`${holder.parties.url(role)}/console`)
    await opened.waitForTimeout(500)
    await holder.shot(opened, `console-${role}`, { fullPage: true })
    await opened.close()
  }
}
