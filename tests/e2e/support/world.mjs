// A world for a test: fresh parties on a free port, a copy of the extension that trusts them, and a
// shopper with an empty profile.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wholeConsole } from '../../../scripts/lib/console.mjs'
import { extensionFolder } from '../../../scripts/lib/paths.mjs'
import { startParties } from '../../../scripts/lib/parties.mjs'
import { deploymentOf } from '../../../scripts/lib/prepare.mjs'
import { ReaderShopper } from '../../../scripts/lib/reader-shopper.mjs'
import { Shopper } from '../../../scripts/lib/shopper.mjs'
import { settleInto } from '../../support/settled.mjs'

/**
 * Starts a world. `profile`: a browser profile to go on with; `shots`: a folder for pictures; `card`: a VirtualCard
 * in a reader that the wallet may use; `limited`: the wallet's storage has the browser's quota, which a test can
 * make as small as a full disk; `granted`: permissions that the
 * holder is taken to have given, which no program can give in the browser's own window; `as`: which person shops; other `options` go to startParties.
 *
 * @param {import('../../../scripts/lib/parties.mjs').PartiesOptions & { profile?: string, shots?: string, card?: import('../../../scripts/lib/virtual-card.mjs').VirtualCard, limited?: boolean, granted?: string[], as?: typeof Shopper }} [options]
 */
export async function openWorld({ profile, shots, card, limited, granted = [], as = card ? ReaderShopper : Shopper, ...options } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-world-'))
  const { parties, persist, extension } = await settle(folder, extensionFolder, options)
  let running = parties
  if (limited || granted.length > 0) {
    const manifest = join(extension, 'manifest.json')
    const asBuilt = JSON.parse(readFileSync(manifest, 'utf8'))
    const permissions = [...asBuilt.permissions.filter(name => !limited || name !== 'unlimitedStorage'), ...granted]
    writeFileSync(manifest, JSON.stringify({ ...asBuilt, permissions }))
  }
  const shopper = await as.start(parties, { extension, profile, shots, ...card?.browserOptions(extension) })
  return {
    parties,
    shopper,
    extension,
    /** Stops all parties, as a failure of their machines does. */
    down: () => running.stop(),
    /** Starts them again, where they were, over what they stored. */
    async back() {
      running = await startParties({ ...options, port: parties.port, persist })
    },
    async close() {
      await shopper.close()
      await running.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Fresh parties, and a copy of the extension that was built into `built` which trusts them; all that either keeps is in `folder`. */
export async function settle(folder, built, { persist = join(folder, 'parties'), ...options } = {}) {
  await settleInto(persist, options)
  const parties = await startParties({ port: 0, persist, ...options })
  const extension = join(folder, 'extension')
  cpSync(built, extension, { recursive: true })
  writeFileSync(join(extension, 'deployment.json'), JSON.stringify(await deploymentOf(parties)))
  return { parties, persist, extension }
}

/** Asks again until `look` finds something; fails with `what` after `ms`. */
export async function eventually(what, look, ms = 20_000) {
  const until = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > until) throw new Error(`Not within ${ms / 1000} s: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

/** A console of a party, as JSON, with every order that it lists. */
export const consoleOf = (parties, role) => wholeConsole(parties, parties.domain(role))

/**
 * The charges in a payer's ledger, once there are `least`. The wallet shows a parcel's number as soon as the courier has accepted;
 * shop and courier tell the payer of it only then.
 */
export async function chargesAt(parties, role, least = 0) {
  const charged = async () => (await consoleOf(parties, role)).ledger.filter(({ memo }) => /captur|charg|paid/i.test(memo))
  return eventually(`${least} charges`, async () => {
    const charges = await charged()
    return charges.length >= least && charges
  })
}

/** How many of a product the store has. */
export async function stockOf(parties, sku) {
  const { products } = (await parties.fetch(parties.domain('shop'), '/v1/catalogue')).json()
  return products.find(product => product.sku === sku).stock
}
