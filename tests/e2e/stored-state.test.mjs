// Stored state has a future: what every earlier release stored, wallet and parties, opens in this one
// and goes on. The states are in tests/stored-state; keep.mjs there says how they were made.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { layOut, smallKeySpaces } from '../stored-state/kept.mjs'
import { consoleOf, openWorld } from './support/world.mjs'

const releases = readdirSync(at('tests/stored-state')).filter(name => name.endsWith('.zip'))

test('there is a stored state to open', () => assert.ok(releases.includes('v0.1.0.zip')))

for (const release of releases) {
  test(`what ${release.replace('.zip', '')} stored opens, and goes on`, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'tallystick-stored-'))
    t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
    const { story, profile, persist } = layOut(at('tests/stored-state', release), folder)
    if (new Date(story.opens_until) < new Date()) return t.skip(`its certificates ended on ${story.opens_until}`)
    const world = await openWorld({ persist, profile, vars: smallKeySpaces })
    t.after(() => world.close())
    const { shopper, parties } = world

    const popup = await shopper.openPage(shopper.walletUrl('popup'))
    await popup.getByLabel(words('unlock.passphrase'), { exact: true }).fill(story.person.passphrase)
    await popup.getByRole('button', { name: words('action.unlock') }).click()
    await popup.getByLabel(words('unlock.passphrase'), { exact: true }).waitFor({ state: 'detached' })
    const view = await shopper.view()
    const ofOrders = view.orders.map(({ request_id, state }) => ({ request_id, state }))
    assert.deepEqual(ofOrders, story.orders, 'every order, in the state in which it was')
    assert.deepEqual(
      view.cards.map(({ id }) => id),
      story.cards,
    )
    assert.deepEqual(
      view.addresses.map(({ id }) => id),
      story.addresses,
    )
    const [delivered] = (await consoleOf(parties, 'courier')).orders
    assert.match(JSON.stringify(delivered), new RegExp(story.tracking), 'the courier still knows the parcel')

    const charged = (await consoleOf(parties, 'issuer')).ledger.length
    const store = await shopper.fillBasket([{ sku: 'hojicha-100', quantity: 1 }])
    const approval = await shopper.pay(store)
    await shopper.approve(approval)
    assert.notEqual(await shopper.delivered(approval), story.tracking)
    assert.ok((await consoleOf(parties, 'issuer')).ledger.length > charged, 'the same account pays')
  })
}
