// npm run keep-state -- NAME: keeps what this release stores, in tests/stored-state/NAME.zip, for
// tests/e2e/stored-state.test.mjs, in which every later release must open it. Run it at a tag.
//
// A story with made-up people: a wallet is set up, one order is delivered, one declined. Kept are the
// parties' tables and secrets and the wallet's database as Chromium writes it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { startParties } from '../../scripts/lib/parties.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { deploymentOf } from '../../scripts/lib/prepare.mjs'
import { writeDeployment } from '../../scripts/lib/builds.mjs'
import { Shopper, words } from '../../scripts/lib/shopper.mjs'
import { Stop, run, say } from '../../scripts/lib/say.mjs'
import { databaseFolder, filesIn, smallKeySpaces } from './kept.mjs'

/** A holder's certificate lives so long; with a margin, in days. */
const OPENS_FOR_DAYS = 360

await run(async () => {
  const [name] = process.argv.slice(2)
  if (!/^v\d+\.\d+\.\d+$/.test(name ?? '')) throw new Stop('Say which release this is: npm run keep-state -- v0.1.0')
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-keep-'))
  const profile = join(folder, 'profile')
  const persist = join(folder, 'parties')
  const parties = await startParties({ port: 8787, persist, vars: smallKeySpaces })
  await writeDeployment(await deploymentOf(parties))
  const shopper = await Shopper.start(parties, { profile })
  const story = { commit: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: at('.'), encoding: 'utf8' }).trim(), ...(await told(shopper)) }
  await shopper.close()
  await parties.stop()
  const files = { 'story.json': Buffer.from(`${JSON.stringify(story, null, 2)}\n`) }
  for (const { path, bytes } of filesIn(persist)) files[`parties/${path}`] = bytes
  for (const { path, bytes } of filesIn(databaseFolder(profile))) if (path !== 'LOCK') files[`wallet/${path}`] = bytes
  const zip = zipSync(files, { level: 9, mtime: new Date('2026-01-01T00:00:00Z') })
  writeFileSync(at(`tests/stored-state/${name}.zip`), zip)
  rmSync(folder, { recursive: true, force: true })
  say(`Kept ${Object.keys(files).length} files in tests/stored-state/${name}.zip, ${zip.length} bytes.`)
})

async function told(shopper) {
  await shopper.enrol()
  let store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 2 }])
  let approval = await shopper.pay(store)
  await shopper.approve(approval)
  const tracking = await shopper.delivered(approval)
  await Promise.all([approval.close(), store.close()])
  store = await shopper.fillBasket([{ sku: 'kukicha-100', quantity: 1 }])
  approval = await shopper.pay(store)
  await approval.getByRole('button', { name: words('approve.decline') }).click()
  await store.close()
  const { orders, cards, addresses } = await shopper.view()
  return {
    opens_until: new Date(Date.now() + OPENS_FOR_DAYS * 86_400_000).toISOString(),
    person: shopper.person,
    tracking,
    orders: orders.map(({ request_id, state }) => ({ request_id, state })),
    cards: cards.map(({ id }) => id),
    addresses: addresses.map(({ id }) => id),
  }
}
