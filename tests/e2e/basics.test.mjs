// What people expect of a wallet: an address book, a lock, receipts, tables, a backup, a move to
// another computer, and an end.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { AIKO, codesOn, Shopper, words } from '../../scripts/lib/shopper.mjs'
import { eventually, openWorld } from './support/world.mjs'

const BACKUP_PASSPHRASE = 'four paper lanterns drifting'
const GOODS = [{ sku: 'sencha-100', quantity: 2 }]

let world
let code
let backup
let other

before(async () => {
  world = await openWorld()
  const { shopper } = world
  const onboarding = await shopper.openAccount()
  const issuer = shopper.context.pages().find(page => page.url().startsWith(world.parties.url('issuer')))
  let sheet
  await shopper.setUp(onboarding, { onPuk: () => (sheet = codesOn(onboarding)) })
  code = (await sheet).at(-1)
  assert.equal(await issuer.locator('.code code').count(), 0, 'the account code is the wallet’s and its holder’s')
  await Promise.all([onboarding.close(), issuer.close()])
})

after(async () => {
  await other?.close()
  await world?.close()
})

const button = (page, key, values) => page.getByRole('button', { name: words(key, values), exact: true })
const field = (page, key) => page.getByLabel(words(key), { exact: true })

async function open(name, shopper = world.shopper) {
  return shopper.openPage(shopper.walletUrl(name))
}

async function buy(shopper) {
  const store = await shopper.fillBasket(GOODS)
  const approval = await shopper.pay(store)
  await shopper.approve(approval)
  const tracking = await shopper.delivered(approval)
  await Promise.all([approval.close(), store.close()])
  return tracking
}

/** A call to the service worker, as the wallet's own pages make it. */
const call = (page, method, ...args) => page.evaluate(message => chrome.runtime.sendMessage(message), { type: 'call', method, args })

async function saved(page, work) {
  const [download] = await Promise.all([page.waitForEvent('download'), work()])
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
}

const labels = async () => (await world.shopper.view()).addresses.map(({ label }) => label)

test('the address book: add, make default, remove and undo', async () => {
  const page = await open('settings')
  await button(page, 'action.add').click()
  await world.shopper.fillAddress(page, { ...AIKO.address, lines: '1-9 Marunouchi, Chiyoda-ku, Tokyo' })
  await field(page, 'address.label').fill('Office')
  await button(page, 'address.save').click()
  await page.getByText('Office', { exact: true }).waitFor()
  await page.getByRole('button', { name: `${words('addresses.make_default')}: Office` }).click()
  await eventually('Office is the default', async () => (await labels())[0] === 'Office')
  await page.getByRole('button', { name: `${words('action.remove')}: Office` }).click()
  const undo = button(page, 'addresses.undo')
  await undo.waitFor()
  // An address is named after its recipient unless it is given a name.
  const own = AIKO.address.name
  assert.deepEqual(await labels(), [own])
  assert.ok(await undo.evaluate(one => one === document.activeElement), 'the keyboard is at Undo')
  await page.keyboard.press('Enter')
  await eventually('Office is back, as the default', async () => (await labels()).join() === `Office,${own}`)
  await page.getByRole('button', { name: `${words('addresses.make_default')}: ${own}` }).click()
  await eventually('the own address is the default', async () => (await labels())[0] === own)
  await page.close()
})

test('among many addresses one is found by typing', async () => {
  const page = await open('settings')
  const [address] = (await world.shopper.view()).addresses
  for (const [at, name] of ['Aoi', 'Ren', 'Yui', 'Sota', 'Mei', 'Hina'].entries()) {
    const friend = { ...address, id: undefined, label: `Friend ${name}`, lines: `Ｓａｋｕｒａ Street ${at + 1}` }
    assert.ok((await call(page, 'save_address', friend)).ok)
  }
  await field(page, 'addresses.search').fill('sakura friend yui')
  await page.getByText('Friend Yui', { exact: true }).waitFor()
  assert.equal(await page.getByRole('listitem').count(), 1)
  await field(page, 'addresses.search').fill('nowhere')
  await page.getByText(words('addresses.search.none')).waitFor()
  await page.close()
})

test('the receipt says what, where, how much and when, and names the signed answers', async () => {
  const tracking = await buy(world.shopper)
  const [order] = (await world.shopper.view()).orders
  const page = await open(`orders`)
  await page.goto(`${page.url()}#${order.request_id}`)
  await page.getByRole('link', { name: words('receipt.open') }).click()
  await page.waitForURL(/receipt\.html/)
  const receipt = page
  await receipt.getByText(words('receipt.signed'), { exact: true }).waitFor()
  await receipt.locator('code').first().waitFor()
  const text = await receipt.locator('main').innerText()
  for (const part of [tracking, order.order_id, AIKO.address.lines, 'Kiso Tea & Books', '¥']) assert.ok(text.includes(part), part)
  assert.ok(text.includes('Japan') && !/^JP$/m.test(text), 'the country has its name')
  assert.match(await receipt.title(), new RegExp(`^Receipt Kiso Tea & Books \\d{4}-\\d\\d-\\d\\d ${order.number}$`))
  const { value: evidence } = await call(receipt, 'evidence', order.request_id)
  assert.ok(evidence.length >= 2)
  for (const { digest } of evidence) assert.ok(text.replaceAll(' ', '').includes(digest.slice(0, 16)), digest)
  await receipt.emulateMedia({ media: 'print' })
  assert.equal(await button(receipt, 'action.print').first().isVisible(), false)
  assert.equal(await receipt.getByRole('navigation').isVisible(), false)
  await receipt.close()
})

test('a purchase that locking interrupts goes on once the wallet is unlocked', async () => {
  const { shopper } = world
  const store = await shopper.fillBasket(GOODS)
  const approval = await shopper.pay(store)
  const page = await open('settings')
  await shopper.approve(approval)
  await eventually('it is approved', async () => (await shopper.view()).orders[0]?.state !== 'asked')
  await call(page, 'lock')
  await approval.getByRole('heading', { name: words('approve.locked') }).waitFor()
  await page.getByRole('heading', { name: words('unlock.title') }).waitFor()
  await field(page, 'unlock.passphrase').fill(AIKO.passphrase)
  await button(page, 'action.unlock').click()
  await shopper.delivered(approval)
  await Promise.all([approval.close(), store.close(), page.close()])
})

test('the orders are saved as a table', async () => {
  const page = await open('orders')
  const { name, bytes } = await saved(page, () => button(page, 'csv.button').click())
  assert.match(name, /^tallystick-orders-\d{4}-\d\d-\d\d\.csv$/)
  const [head, line, older, end, ...more] = bytes.toString('utf8').split('\r\n')
  const [order] = (await world.shopper.view()).orders
  assert.ok(head.startsWith(`\uFEFF${words('csv.ordered')},${words('csv.number')},`))
  const address = `"${AIKO.address.name}\n${AIKO.address.lines}\n${AIKO.address.postalCode}\nJP"`
  for (const part of [order.order_id, order.tracking, `,${order.total_minor},0,JPY,`, address]) assert.ok(line.includes(part), part)
  assert.ok(older.includes(address))
  assert.deepEqual([end, ...more], [''])
  await page.close()
})

test('a backup is one sealed file', async () => {
  const page = await open('backup')
  await field(page, 'backup.passphrase').fill(BACKUP_PASSPHRASE)
  await field(page, 'backup.passphrase.again').fill(BACKUP_PASSPHRASE)
  backup = await saved(page, () => button(page, 'backup.save.button').click())
  assert.match(backup.name, /^tallystick-backup-\d{4}-\d\d-\d\d\.tallystick$/)
  assert.ok(backup.bytes.subarray(0, 17).equals(Buffer.from('tallystick-backup')))
  for (const part of [AIKO.address.lines, 'Sencha', 'kiso-tea']) assert.ok(!backup.bytes.includes(part), part)
  await page.getByText(words('backup.save.done')).waitFor()
  await page.close()
})

test('the account code brings the card to another computer, and the backup the rest', async () => {
  const { parties, extension } = world
  other = await Shopper.start(parties, { extension })
  const issuer = await other.openPage(parties.url('issuer'))
  await issuer.locator('#open-account:not([disabled])').waitFor()
  await issuer.locator('details summary').first().click()
  await issuer.locator('#code').fill('AAAAA-AAAAA-AAAAA-AAAAA-AAAAA')
  await issuer.locator('#move-account').click()
  await issuer
    .getByRole('alert')
    .getByText(/No account has this code/)
    .waitFor()
  await issuer.locator('#code').fill(code.toLowerCase())
  const opened = other.context.waitForEvent('page', { predicate: page => page.url().includes('/onboarding.html') })
  await issuer.locator('#move-account').click()
  await other.setUp(await opened)
  await issuer.close()

  const page = await open('backup', other)
  await field(page, 'backup.file').setInputFiles({ name: backup.name, mimeType: 'application/octet-stream', buffer: backup.bytes })
  await field(page, 'backup.restore.passphrase').fill('not this one')
  await button(page, 'backup.restore.button').click()
  await page.getByText('This passphrase does not open the backup', { exact: false }).waitFor()
  await page
    .getByRole('button', { name: words('action.close') })
    .click()
    .catch(() => {})
  const again = page.isClosed() ? await open('backup', other) : page
  await field(again, 'backup.file').setInputFiles({ name: backup.name, mimeType: 'application/octet-stream', buffer: backup.bytes })
  await field(again, 'backup.restore.passphrase').fill(BACKUP_PASSPHRASE)
  await button(again, 'backup.restore.button').click()
  // The eighth is here already: it was typed when the wallet was set up.
  await again.getByText(words('backup.restore.done', { addresses: 7, orders: 2 })).waitFor()
  const [restored] = (await other.view()).orders
  const [original] = (await world.shopper.view()).orders
  assert.deepEqual(restored, original)
  await again.close()
  await buy(other)
})

test('the wallet left behind is told so before it sends anything', async () => {
  const { shopper } = world
  const store = await shopper.fillBasket(GOODS)
  const approval = await shopper.pay(store)
  await shopper.approve(approval)
  await approval.getByText(/has moved this card to another device, so nothing was sent/).waitFor()
  const [order] = (await shopper.view()).orders
  assert.equal(order.state, 'failed')
  await Promise.all([approval.close(), store.close()])
})

test('the wallet locks itself after the chosen time, and every page shows it', async () => {
  const { shopper } = world
  const popup = await open('popup')
  const page = await open('settings')
  await page.getByLabel(words('lock.minutes.one', { count: 1 })).check()
  await eventually('the choice is kept', async () => (await shopper.view()).lock_minutes === 1)
  await page.getByRole('heading', { name: words('unlock.title') }).waitFor({ timeout: 75_000 })
  await popup.getByRole('heading', { name: words('unlock.title') }).waitFor({ timeout: 5_000 })
  const session = await shopper.browser.context.serviceWorkers()[0].evaluate(() => chrome.storage.session.get('state-key'))
  assert.deepEqual(session, {}, 'the state key is gone')
  await field(page, 'unlock.passphrase').fill(AIKO.passphrase)
  await button(page, 'action.unlock').click()
  await page.getByLabel(words('lock.browser')).check()
  await eventually('only the browser’s end locks', async () => (await shopper.view()).locks_at === undefined)
  await button(page, 'lock.now').click()
  await popup.getByRole('heading', { name: words('unlock.title') }).waitFor()
  await Promise.all([page.close(), popup.close()])
})

test('erasing needs the word, works while locked, and leaves nothing', async () => {
  const page = await open('reset')
  const erase = button(page, 'reset.button')
  await erase.click({ force: true })
  assert.equal((await world.shopper.view()).phase, 'locked')
  await page.getByLabel(words('reset.type', { word: words('reset.word') })).fill(` ${words('reset.word').toUpperCase()} `)
  await erase.click()
  await page.getByText(words('reset.empty')).waitFor()
  assert.equal((await world.shopper.view()).phase, 'new')
  await page.close()
})
