// The PIN is wrong too often, then the PUK: what is asked waits, nothing is sent, and there is a way on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { consoleOf, openWorld } from './support/world.mjs'

const WRONG = '000000'
const NEW_PIN = '591837'

let world
let puk

before(async () => {
  world = await openWorld()
  puk = await world.shopper.enrol()
})

after(() => world?.close())

/** Fills in the form of the settings that takes the PUK. */
async function unblock(settings, puk) {
  await settings.getByLabel(words('settings.unblock.puk'), { exact: true }).fill(puk)
  await settings.getByLabel(words('settings.pin.new'), { exact: true }).fill(NEW_PIN)
  await settings.getByLabel(words('settings.pin.again')).fill(NEW_PIN)
  await settings.getByRole('button', { name: words('settings.unblock'), exact: true }).click()
}

test('after three wrong PINs the window says where to go; the PUK opens the PIN, and the same order is paid', async () => {
  const { shopper, parties } = world
  const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  for (const left of ['2 tries left', 'One try left']) {
    await shopper.approve(approval, WRONG)
    await approval.getByText(new RegExp(left, 'i')).waitFor()
  }
  await shopper.approve(approval, WRONG)
  await approval.getByText('The PIN is blocked after three wrong tries.').first().waitFor()
  await approval.getByText('What you approved before goes on; nothing else is charged.').first().waitFor()
  assert.equal((await consoleOf(parties, 'shop')).orders.length, 0)
  const opened = shopper.context.waitForEvent('page', { predicate: page => page.url().includes('/settings.html') })
  await approval
    .getByRole('button', { name: words('action.unblock') })
    .first()
    .click()
  const settings = await opened
  await unblock(settings, 'ZZZZ-ZZZZ')
  await settings.getByText('This is not the PUK of this wallet.').waitFor()
  await settings.getByText('2 tries left for the PUK').waitFor()
  await unblock(settings, puk)
  await settings.getByRole('heading', { name: words('settings.pin'), exact: true }).waitFor()
  const done = settings.getByText(words('settings.unblock.done'))
  await done.waitFor()
  assert.ok(await done.evaluate(one => one === document.activeElement), 'the focus is at what happened')
  await settings.close()
  await approval.bringToFront()
  await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()
  assert.equal(await approval.getByText('The PIN is blocked').count(), 0, 'what was said before is over')
  await shopper.approve(approval, NEW_PIN)
  const tracking = await shopper.delivered(approval)
  await store.getByText(tracking).waitFor()
  await Promise.all([approval.close(), store.close()])
})

test('after three wrong PUKs the wallet says that only a new card helps, and leads to erasing', async () => {
  const { shopper } = world
  const settings = await shopper.openPage(shopper.walletUrl('settings'))
  for (let wrong = 0; wrong < 3; wrong += 1) {
    await settings.getByLabel(words('settings.pin.old')).fill(WRONG)
    await settings.getByLabel(words('settings.pin.new'), { exact: true }).fill(NEW_PIN)
    await settings.getByLabel(words('settings.pin.again')).fill(NEW_PIN)
    await settings.getByRole('button', { name: words('settings.pin'), exact: true }).click()
    if (wrong < 2) await settings.getByText(new RegExp(['2 tries left', 'One try left'][wrong])).waitFor()
    await settings
      .getByText(wrong < 2 ? 'The PIN is wrong.' : 'The PIN is blocked after three wrong tries.')
      .first()
      .waitFor()
  }
  for (let wrong = 0; wrong < 3; wrong += 1) {
    await unblock(settings, 'ZZZZ-ZZZZ')
    await settings
      .getByText(wrong < 2 ? 'This is not the PUK of this wallet.' : 'The PUK is blocked after too many wrong tries.')
      .first()
      .waitFor()
  }
  await settings.getByText('Erase the wallet and ask your issuer for a new card.').first().waitFor()
  assert.equal(await settings.getByLabel(words('settings.unblock.puk'), { exact: true }).count(), 0, 'there is nothing more to try')
  const popup = await shopper.openPage(shopper.walletUrl('popup'))
  await popup.getByText('The PUK is blocked after too many wrong tries.').waitFor()
  const opened = shopper.context.waitForEvent('page', { predicate: page => page.url().includes('/reset.html') })
  await popup.getByRole('button', { name: words('reset.title') }).click()
  await (await opened).getByRole('heading', { name: words('reset.title') }).waitFor()
  await Promise.all([settings.close(), popup.close()])
})
