// Whoever gets the first card in the middle of a purchase is led back to it, is told so from the beginning, and
// has not much to press and to type on the way.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AIKO, codesOn, giveBack, Shopper, words } from '../../scripts/lib/shopper.mjs'
import { eventually, openWorld } from './support/world.mjs'

const CLICKS_MAX = 12
const KEYS_MAX = 60
const ABOUT = { amount: '¥2,000', shop: 'Kiso Tea & Books' }

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
  const goOn = onboarding.getByRole('button', { name: words('onboarding.done.goon', ABOUT) })
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

/** Counts what is pressed and typed on every page of a browser, as the pages themselves hear it. */
async function counting(context) {
  const counted = { clicks: 0, keys: 0 }
  const raised = []
  await context.exposeBinding('counted', (_, what) => (counted[what] += 1))
  await context.exposeBinding('raising', (_, id) => void raised.push(id))
  await context.addInitScript(() => {
    addEventListener('pointerdown', ({ isTrusted }) => isTrusted && globalThis.counted('clicks'), true)
    addEventListener('keydown', ({ isTrusted }) => isTrusted && globalThis.counted('keys'), true)
    const windows = globalThis.chrome?.windows
    if (!windows) return
    const { update } = windows
    windows.update = (id, how) => {
      if (how.focused) globalThis.raising(id)
      return update(id, how)
    }
  })
  return { counted, raised }
}

const arrives = (context, part) => context.waitForEvent('page', { predicate: page => page.url().includes(part) })
const editable = field => field.and(field.page().locator(':not([readonly])')).waitFor()

test('from the store to paid with a new wallet takes at most 12 clicks and 60 keystrokes', async () => {
  const person = await Shopper.start(world.parties, { extension: world.extension })
  const { context } = person
  try {
    const { counted, raised } = await counting(context)
    const store = await person.openPage(world.parties.url('shop'))
    await store.getByRole('link', { name: /Sencha, first flush/ }).click()
    await store.getByRole('button', { name: 'Add to basket' }).click()
    await store
      .getByRole('main')
      .getByRole('link', { name: /basket/i })
      .click()
    await store.getByRole('link', { name: /checkout/i }).click()
    await store.locator('#pay:not([disabled])').waitFor()
    const approval = await person.pay(store)

    await approval.getByText(words('approve.nocard.about', ABOUT)).waitFor()
    const issuerComes = arrives(context, world.parties.url('issuer'))
    await approval.getByRole('link', { name: words('action.welcome') }).click()
    const issuer = await issuerComes
    await issuer.getByText('A purchase waits in your wallet.').waitFor()
    assert.ok(!(await issuer.content()).includes(ABOUT.shop + ' asks'), 'which purchase, the issuer is not told')
    assert.equal(new URL(issuer.url()).hash, '#purchase')
    const walletComes = arrives(context, '/onboarding.html')
    await issuer.locator('#open-account:not([disabled])').click()

    const wallet = await walletComes
    await wallet.getByText(words('onboarding.onway', ABOUT)).waitFor()
    await wallet.getByRole('button', { name: words('onboarding.passphrase.suggest') }).click()
    await wallet.getByText(words('onboarding.passphrase.suggested')).waitFor()
    await wallet.keyboard.press('Tab')
    await wallet.keyboard.type(AIKO.pin)
    await wallet.keyboard.press('Tab')
    await wallet.keyboard.type(AIKO.pin)
    await wallet.getByRole('button', { name: words('onboarding.create') }).click()
    await wallet.getByRole('heading', { name: words('onboarding.puk.title') }).waitFor()
    const codes = await codesOn(wallet)
    assert.equal(codes.length, 3, 'PUK, recovery code and account code stand on one sheet')
    await wallet.getByRole('button', { name: words('onboarding.puk.kept') }).click()
    await giveBack(wallet, codes)

    // Name and telephone are those of the card; the first empty field has the caret.
    await wallet.getByLabel(words('address.postal_code')).waitFor()
    await wallet.keyboard.type(AIKO.address.postalCode.replace('-', ''))
    await wallet.keyboard.press('Tab')
    await wallet.keyboard.type(AIKO.address.lines)
    await wallet.getByRole('button', { name: words('address.save') }).click()

    const pin = approval.getByLabel(words('approve.pin'), { exact: true })
    await editable(pin)
    const waiting = await approval.evaluate(() => chrome.windows.getCurrent().then(({ id }) => id))
    await wallet.getByText(words('onboarding.done.waiting')).waitFor()
    assert.deepEqual(raised, [waiting], 'the window of the purchase comes to the front by itself, once')
    if (!(await pin.evaluate(one => one === document.activeElement))) await pin.click()
    await approval.keyboard.type(AIKO.pin)
    await approval.getByRole('button', { name: /^Approve/ }).click()
    assert.match(await person.delivered(approval), /^HY-/)

    console.log(`from the store to paid: ${counted.clicks} clicks, ${counted.keys} keystrokes`)
    // Nothing was filled in behind the pages' backs.
    const [{ addresses, sheet }] = [await person.view()]
    assert.equal(addresses[0].lines, AIKO.address.lines)
    assert.equal(sheet, undefined, 'the sheet is kept')
    assert.ok(counted.clicks >= 10 && counted.keys >= 50, 'what is pressed and typed is heard')
    assert.ok(counted.clicks <= CLICKS_MAX, `${counted.clicks} clicks`)
    assert.ok(counted.keys <= KEYS_MAX, `${counted.keys} keystrokes`)
  } finally {
    await person.close()
  }
})

test('a sheet that was not given back is reminded of after a restart, shown again with passphrase and PIN, and forgotten once it is', async () => {
  const person = await Shopper.start(world.parties, { extension: world.extension })
  try {
    const onboarding = await person.openAccount()
    const { passphrase, pin } = person.person
    await onboarding.getByLabel(words('onboarding.passphrase'), { exact: true }).fill(passphrase)
    await onboarding.getByLabel(words('onboarding.pin'), { exact: true }).fill(pin)
    await onboarding.getByLabel(words('onboarding.pin.again')).fill(pin)
    await onboarding.getByRole('button', { name: words('onboarding.create') }).click()
    await onboarding.getByRole('heading', { name: words('onboarding.puk.title') }).waitFor()
    const codes = await codesOn(onboarding)
    // Whoever closes the page with the sheet on it is asked first.
    await onboarding.getByRole('heading', { name: words('onboarding.puk.title') }).click()
    const asked = onboarding.waitForEvent('dialog')
    await onboarding.close({ runBeforeUnload: true })
    const dialog = await asked
    assert.equal(dialog.type(), 'beforeunload')
    await dialog.accept()
    await person.killServiceWorker()

    // Its keys may still be on their way: that goes on first, where the popup leads.
    const finishing = await person.openPage(person.walletUrl('onboarding'))
    await eventually('the card is ready', async () => (await person.view()).phase === 'ready', 60_000)
    await finishing.close()
    const popup = await person.openPage(person.walletUrl('popup'))
    await popup.getByText(words('codes.remind')).waitFor()
    assert.equal((await person.view()).sheet.issuer_name, undefined)
    await popup.close()
    const settings = await person.openPage(person.walletUrl('settings'))
    await settings
      .locator('summary')
      .filter({ hasText: words('codes.show') })
      .click()
    const form = settings.locator('form', { has: settings.getByRole('button', { name: words('codes.show.button'), exact: true }) })
    await form.getByLabel(words('settings.codes.passphrase'), { exact: true }).fill(passphrase)
    await form.getByLabel(words('settings.codes.pin'), { exact: true }).fill('000000')
    await form.getByRole('button', { name: words('codes.show.button') }).click()
    await settings.getByText(words('pin.tries.other', { count: 2 })).waitFor()
    await form.getByLabel(words('settings.codes.pin'), { exact: true }).fill(pin)
    await form.getByRole('button', { name: words('codes.show.button') }).click()
    assert.deepEqual(await person.keepSheet(settings), codes)
    await settings.getByText(words('codes.unkept.text')).waitFor({ state: 'detached' })
    assert.equal((await person.view()).sheet, undefined)
    const again = await person.openPage(person.walletUrl('popup'))
    await again
      .getByText(words('status.enrolling'))
      .or(again.getByText(words('status.ready')))
      .first()
      .waitFor()
    assert.equal(await again.getByText(words('codes.remind')).count(), 0)

    // Another passphrase: the old one opens nothing, and the recovery code of the sheet still does.
    const next = 'four paper lanterns drifting'
    await settings.getByLabel(words('settings.passphrase.old'), { exact: true }).fill(passphrase)
    await settings.getByLabel(words('settings.passphrase.new'), { exact: true }).fill('password password')
    await settings.getByText(words('onboarding.passphrase.weak')).waitFor()
    await settings.getByLabel(words('settings.passphrase.new'), { exact: true }).fill(next)
    await settings.getByRole('button', { name: words('settings.passphrase'), exact: true }).click()
    await settings.getByText(words('settings.passphrase.done')).waitFor()
    await settings.getByRole('button', { name: words('lock.now') }).click()
    const unlock = async secret => {
      await settings.getByLabel(words('unlock.passphrase'), { exact: true }).fill(secret)
      await settings.getByRole('button', { name: words('action.unlock'), exact: true }).click()
    }
    await unlock(passphrase)
    await settings.getByText('This is not the passphrase of this wallet.').waitFor()
    await unlock(next)
    await settings.getByRole('heading', { name: words('settings.passphrase') }).waitFor()
  } finally {
    await person.close()
  }
})
