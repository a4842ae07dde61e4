// npm start -- --once [--json FILE]: one purchase with the real extension in headless Chromium, and
// what each party saw of it. Succeeds only if the purchase went through and nobody could open
// another's part.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { artifactsFolder } from './lib/paths.mjs'
import { prepare } from './lib/prepare.mjs'
import { Stop, say, step } from './lib/say.mjs'
import { Shopper } from './lib/shopper.mjs'
import { seenBy, table } from './lib/who-saw-what.mjs'

const GOODS = [{ sku: 'sencha-100', quantity: 2 }]

export async function main(args) {
  const json = option(args, '--json')
  const shots = join(artifactsFolder, 'purchase')
  rmSync(shots, { recursive: true, force: true })
  // A purchase of its own: nothing of an earlier one is in the tables.
  const persist = mkdtempSync(join(tmpdir(), 'tallystick-parties-'))
  const parties = await prepare({ port: 0, persist })
  let shopper
  try {
    shopper = await Shopper.start(parties, { shots })
    const { tracking, seconds } = await purchase(shopper)
    const seen = await seenBy(parties)
    say(`\n${table(seen)}\n`)
    say(`Bought, charged and on its way as ${tracking}. From Approve to the courier's acceptance: ${seconds.toFixed(2)} s.`)
    say(`Pictures of every step: ${shots}`)
    if (json) writeFileSync(json, `${JSON.stringify({ tracking, parties: seen }, null, 2)}\n`)
    const leaks = seen.flatMap(party => party.openedOfOthers)
    if (leaks.length > 0) throw new Stop(`A party opened what is not its own: ${leaks.join(', ')}.`)
    say('Nobody could open the part of another.')
  } finally {
    await shopper?.close()
    await parties.stop()
    rmSync(persist, { recursive: true, force: true })
  }
}

async function purchase(shopper) {
  await step('Opening an account and setting up the wallet', () => shopper.enrol())
  return step('Buying two packets of sencha', async () => {
    const store = await shopper.fillBasket(GOODS)
    const approval = await shopper.pay(store)
    const since = Date.now()
    await shopper.approve(approval)
    const tracking = await shopper.delivered(approval)
    const seconds = (Date.now() - since) / 1000
    await approval.close()
    await store.getByText(tracking).waitFor()
    await shopper.shot(store, 'store-thanks', { fullPage: true })
    await picturesOfEverything(shopper)
    return { tracking, seconds }
  })
}

async function picturesOfEverything(shopper) {
  for (const page of ['popup', 'orders', 'settings']) {
    const opened = await shopper.openPage(shopper.walletUrl(page))
    await opened.setViewportSize({ width: page === 'popup' ? 400 : 720, height: 720 })
    await opened.waitForTimeout(300)
    await shopper.shot(opened, `wallet-${page}`)
    await opened.close()
  }
  for (const role of ['shop', 'issuer', 'courier', 'key-centre', 'ca']) {
    const opened = await shopper.openPage(`${shopper.parties.url(role)}/console`)
    await opened.waitForTimeout(500)
    await shopper.shot(opened, `console-${role}`, { fullPage: true })
    await opened.close()
  }
}

function option(args, name) {
  const place = args.indexOf(name)
  if (place === -1) return undefined
  if (!args[place + 1]) throw new Stop(`${name} needs a file: npm start -- --once ${name} seen.json`)
  return args[place + 1]
}
