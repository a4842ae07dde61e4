// One buys a coupon and gives it to another, who has nothing but its text; that one spends it in the store together with a
// card, and gets a part back as a coupon. The office's console shows whose it was, and what was charged to whom.
import { join } from 'node:path'
import { wholeConsole } from '../lib/console.mjs'
import { CouponHolder } from '../lib/coupon-holder.mjs'
import { Stop, say, step } from '../lib/say.mjs'
import { AIKO } from '../lib/shopper.mjs'

const KENJI = { ...AIKO, name: 'Kenji Mori', telephone: '+81 3 5550 0157' }
const VALUE = 1_000
const GIVEN_BACK = 600
const TEA = [{ sku: 'sencha-100', quantity: 1 }]
const PATIENCE_MS = 60_000
const CONSOLE = { width: 1280, height: 800 }

/** Plays it; resolves to the parcel's tracking number. */
export async function play(parties, shots) {
  const open = (person, name) => CouponHolder.start(parties, { shots: join(shots, name), person })
  const aiko = await open(AIKO, 'aiko')
  const kenji = await open(KENJI, 'kenji')
  try {
    await step('Aiko: a wallet, and an account at the coupon office', () => aiko.beginWithCoupons())
    await step('Kenji: a wallet with a card, and an account there, too', async () => {
      await kenji.enrol()
      await kenji.openCouponAccount()
    })
    const bought = await step(`Aiko buys a coupon of ${yen(VALUE)}, to be paid for when it is spent`, () =>
      aiko.getCoupon(VALUE, { funding: 'postpaid' }),
    )
    const mine = await step('She gives it to Kenji, who brings it to the office', () => give(aiko, bought, kenji))
    const tracking = await step('Kenji spends it in the store, and a card pays the rest', () => spend(kenji, mine))
    await step(`The shop gives back ${yen(GIVEN_BACK)}: a coupon of his again`, () => givenBack(kenji))
    say(await step('Looking at the office’s console', () => books(parties, aiko, shots)))
    await pictures(kenji)
    return tracking
  } finally {
    await aiko.close()
    await kenji.close()
  }
}

const yen = minor => `¥${minor.toLocaleString('en')}`

async function give(giver, coupon, receiver) {
  const taken = await receiver.takeCoupon(await giver.giveCoupon(coupon, await receiver.couponAddress()))
  await until('The office has not made it his', async () => {
    const { state, unconfirmed } = await receiver.coupon(taken)
    return state === 'owned' && !unconfirmed
  })
  await giver.followCoupons()
  await until('She still has it', async () => (await giver.coupon(coupon)).state === 'given')
  return taken
}

async function spend(holder, coupon) {
  const store = await holder.fillBasket(TEA)
  const approval = await holder.pay(store)
  await holder.payWithCoupon(approval, coupon)
  await holder.approve(approval)
  const tracking = await holder.delivered(approval)
  say(`From Approve to the courier's acceptance: ${holder.secondsToAcceptance.toFixed(2)} s.`)
  await approval.close()
  await store.close()
  return tracking
}

async function givenBack(holder) {
  await holder.haveRefunded(GIVEN_BACK)
  await until('Nothing has come back', async () => {
    await holder.followCoupons()
    return (await holder.held()).some(({ value, state }) => state === 'owned' && value?.minor === GIVEN_BACK)
  })
}

/** Whose the coupon was, and to whom it was charged: once, as much as reached the shop. */
async function books(parties, holder, shots) {
  const office = await wholeConsole(parties, parties.domain('coupon-office'))
  const steps = office['coupon-chains'].map(({ step }) => step).reverse()
  const charged = office['coupon-charges'].filter(({ line }) => line === 'charge')
  const page = await holder.openPage(`${parties.url('coupon-office')}/console`)
  await page.setViewportSize(CONSOLE)
  await page.getByText('Coupon', { exact: false }).first().waitFor()
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(shots, 'office-console.png'), fullPage: true })
  await page.close()
  const [charge] = charged
  if (charged.length !== 1 || charge.amount.minor !== VALUE) throw new Stop('The office has charged something else than the coupon.')
  return `The coupon's chain: ${steps.join(', ')}. Charged to whom it was issued: ${yen(charge.amount.minor)}, once.`
}

async function pictures(holder) {
  for (const page of ['popup', 'coupons', 'orders']) {
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
