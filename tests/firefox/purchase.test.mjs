// One purchase with the extension in Firefox, as a person makes it; what Chromium's tests show of parties
// and messages is not shown again.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { FIREFOX_ID } from '../../scripts/lib/firefox-manifest.mjs'
import { findFirefox } from '../../scripts/lib/firefox.mjs'
import { firefoxFolder } from '../../scripts/lib/paths.mjs'
import { AIKO, words } from '../../scripts/lib/shopper.mjs'
import { consoleOf, eventually, settle } from '../e2e/support/world.mjs'
import { enrol } from '../support/firefox-holder.mjs'
import { Firefox } from '../support/webdriver.mjs'

const found = await findFirefox()
const skip = found.missing ?? false
let folder
let parties
let extension
let firefox
let approval

before(async () => {
  if (skip) return
  folder = mkdtempSync(join(tmpdir(), 'tallystick-firefox-'))
  const settled = await settle(folder, firefoxFolder)
  parties = settled.parties
  extension = settled.extension
  firefox = await Firefox.start(found)
})

after(async () => {
  await firefox?.close()
  await parties?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

test('without the wallet the issuer’s page says how to load it into Firefox', { skip }, async () => {
  const issuer = await firefox.openPage(parties.url('issuer'))
  await issuer.shows('about:debugging#/runtime/this-firefox')
})

test('an account is opened at the issuer’s page, and the wallet is set up with it', { skip }, async () => {
  await firefox.install(extension)
  await enrol(firefox, parties)
})

test('the button in the toolbar shows the wallet, as wide as it is drawn, and offers no side panel', { skip }, async () => {
  await firefox.openPopup(FIREFOX_ID)
  const { text } = await eventually('a popup of 400 pixels says that the card is ready', async () => {
    const popup = await firefox.popup()
    return popup?.width === 400 && popup.text.includes(words('status.ready')) && popup
  })
  assert.ok(text.includes(words('app.orders')), text)
  assert.ok(!text.includes(words('action.side')), text)
})

test(
  'tea is paid with the PIN, though Firefox had put the wallet to sleep; the courier accepts it, and the shop’s console says so',
  { skip },
  async () => {
    const store = await firefox.openPage(`${parties.url('shop')}/#/product/sencha-100`)
    await store.press('button', 'Add to basket')
    await store.shows('is in your basket')
    await store.goto(`${parties.url('shop')}/#/checkout`)
    await store.press('button', /^Pay .* with Tallystick$/)
    approval = await firefox.opened('/approve.html')
    await approval.shows(words('approve.pin'))
    await firefox.stopBackground(FIREFOX_ID)
    await approval.type(words('approve.pin'), AIKO.pin)
    await approval.press('button', /^Approve/)
    const shown = await approval.shows(words('approve.tracking'))
    const [tracking] = shown.match(/[A-Z]{2}(-\d{4}){3}/)
    await store.shows(tracking)
    const { orders } = await consoleOf(parties, 'shop')
    assert.deepEqual(
      orders.map(({ state }) => state),
      ['accepted'],
    )
  },
)

test('the page of card readers says that Firefox opens none, and that the card in the browser works', { skip }, async () => {
  await approval.press('link', words('approve.details'))
  const orders = await firefox.opened('/orders.html')
  await orders.press('link', words('app.readers'))
  const readers = await firefox.opened('/readers.html')
  await readers.shows(words('problem.browser-without-readers.sentence'))
  await readers.shows(words('problem.browser-without-readers.money'))
})
