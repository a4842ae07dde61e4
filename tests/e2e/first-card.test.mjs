// Whoever gets the first card in the middle of a purchase is led back to it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { openWorld } from './support/world.mjs'

let world

before(async () => {
  world = await openWorld()
})

after(() => world?.close())

test('the last step of setting up raises the window that waited for a card, and there the purchase goes on', async () => {
  const { shopper } = world
  const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await approval.getByRole('heading', { name: words('approve.nocard') }).waitFor()
  const onboarding = await shopper.openAccount()
  await shopper.setUp(onboarding)
  const goOn = onboarding.getByRole('button', { name: words('onboarding.done.goon', { amount: '¥2,000', shop: 'Kiso Tea & Books' }) })
  await goOn.waitFor()
  const windowOf = page => page.evaluate(() => chrome.windows.getCurrent().then(({ id }) => id))
  // A browser without a display has no window in front: what it is asked for is looked at.
  await onboarding.evaluate(() => {
    const { update } = chrome.windows
    chrome.windows.update = (id, how) => update((globalThis.raised = id), how)
  })
  await goOn.click()
  assert.equal(await onboarding.evaluate(() => globalThis.raised), await windowOf(approval))
  await shopper.approve(approval)
  assert.match(await shopper.delivered(approval), /^HY-/)
})
