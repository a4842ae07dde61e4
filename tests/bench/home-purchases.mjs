// A purchase by way of home beside the same by whoever is at home, in two browsers with the real extension.
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Borrower, Lender } from '../../scripts/lib/home-shoppers.mjs'
import { ratio, summary } from './statistics.mjs'

const TEA = [{ sku: 'hojicha-100', quantity: 1 }]
/** What is lent: more than is bought. */
const [YEN, ORDERS] = [200_000, 50]
/** A party confirms itself to a holder 30 times a minute. */
const PACE_MS = 2_100

/**
 * Buys in turn at home and away, `count` times each. Resolves to { count, browser, home, away, times }: summaries of milliseconds
 * from the press on Approve to the courier's acceptance, as the approval window shows it, and how many times longer.
 */
export async function homePurchases(parties, { count, warmUp = 1 }) {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-home-'))
  const home = await Lender.start(parties, { profile: join(folder, 'home') })
  home.place = 'software'
  const away = await Borrower.start(parties, { profile: join(folder, 'away') })
  try {
    await home.enrol()
    await away.enrol()
    await home.setUpHome()
    await away.join(await home.letIn(await away.accessCode()))
    await home.lend(YEN, ORDERS)
    await away.fetchLoans()
    const [atHome, fromAway] = [[], []]
    for (let i = -warmUp; i < count; i++) {
      const one = await buy(home, approval => home.approve(approval))
      const other = await buy(away, async approval => {
        await away.payWithLoan(approval)
        await away.approveFromAway(approval)
      })
      if (i < 0) continue
      atHome.push(one)
      fromAway.push(other)
    }
    const browser = await away.page.evaluate(() => navigator.userAgent.match(/Chrome\/([\d.]+)/)[1])
    return { count, browser, home: summary(atHome), away: summary(fromAway), times: ratio(fromAway, atHome) }
  } finally {
    await away.close()
    await home.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function buy(shopper, approve) {
  const paced = new Promise(resolve => setTimeout(resolve, PACE_MS))
  const store = await shopper.fillBasket(TEA)
  const approval = await shopper.pay(store)
  await approve(approval)
  await shopper.delivered(approval)
  const ms = shopper.secondsToAcceptance * 1000
  await Promise.all([store.close(), approval.close(), paced])
  return ms
}
