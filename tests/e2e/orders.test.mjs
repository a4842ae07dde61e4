// A wallet that has been used for months: its fifty orders are found again, its popup keeps its size, its table adds up.
// The pages are the built extension's, in real Chromium; what the wallet would tell them is made up.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { launchBrowserWithExtension } from '../../scripts/lib/browser.mjs'
import { words } from '../../scripts/lib/shopper.mjs'
import { moduleOf } from './support/catalogues.mjs'
import { eventually } from './support/world.mjs'

const POPUP = { width: 400, height: 600 }
const SMALL = 4

const { SCENES } = await moduleOf('extension/preview/scenes.ts')
const { placesAt } = await moduleOf('extension/shared/postal-codes.ts')
const { view } = SCENES['popup-50']
const { orders } = view

let browser

before(async () => {
  browser = await launchBrowserWithExtension({ args: ['--accept-lang=en-US,en'] })
  browser.context.setDefaultTimeout(60_000)
  await browser.context.addInitScript(playWallet, JSON.stringify(view))
})

after(() => browser?.close())

/** In the page: the wallet's view, with as many orders and cards as the address says; in a popup, if it says so. */
function playWallet(text) {
  if (location.protocol !== 'chrome-extension:' || !globalThis.chrome?.runtime) return
  const query = new URLSearchParams(location.search)
  const view = JSON.parse(text)
  view.orders = view.orders.slice(0, Number(query.get('orders') ?? view.orders.length))
  view.cards = view.cards.slice(0, Number(query.get('cards') ?? 2))
  const told = { addListener: listen => setTimeout(listen, 0, { type: 'view', view }) }
  const replace = (where, name, value) => Object.defineProperty(where, name, { value, configurable: true })
  replace(chrome.runtime, 'connect', () => ({ onMessage: told, onDisconnect: { addListener() {} } }))
  replace(chrome.runtime, 'sendMessage', async () => ({ ok: true, value: null }))
  if (query.has('popup')) replace(chrome.extension, 'getViews', () => [globalThis])
}

async function open(page, { query = '', viewport = { width: 800, height: 800 } } = {}) {
  const tab = await browser.context.newPage()
  await tab.setViewportSize(viewport)
  await tab.goto(`chrome-extension://${browser.extensionId}/pages/${page}.html${query}`)
  await tab.locator('a[href^="orders.html"]').first().waitFor()
  return tab
}

const rows = tab => tab.locator('main li a[href*="orders.html#"]')
const search = tab => tab.getByRole('textbox', { name: words('orders.search') })

test('each of fifty orders says when, what and how much, under its month', async () => {
  const tab = await open('orders')
  assert.equal(await rows(tab).count(), orders.length)
  const month = new Intl.DateTimeFormat('en-US', { year: 'numeric', month: 'long' })
  const day = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric' })
  const oldest = orders.at(-1)
  const section = tab
    .getByRole('region')
    .or(tab.locator('section'))
    .filter({ hasText: month.format(oldest.created_at * 1000) })
  const text = await section.last().locator('a').last().innerText()
  for (const part of [
    day.format(oldest.created_at * 1000),
    oldest.items[0].name,
    oldest.number,
    `¥${oldest.total_minor.toLocaleString('en')}`,
  ])
    assert.ok(text.includes(part), `${part} in ${text}`)
  assert.match(text, /and 1 more/)
  assert.equal(await tab.locator('main li a.card').count(), 3, 'the newest three are large')
  await tab.close()
})

test('an order is found by shop, goods, number, amount and tracking number, whatever the width of its letters', async () => {
  const tab = await open('orders')
  const wanted = orders[7]
  const amount = wanted.total_minor.toLocaleString('en')
  const typed = [
    wanted.number,
    wanted.number.replace('-', ''),
    wanted.order_id,
    `kiso ${wanted.number}`,
    `${wanted.items[0].name} ${amount}`,
  ]
  typed.push(`￥${[...amount].map(one => (one === ',' ? '，' : String.fromCodePoint(one.codePointAt(0) + 0xfee0))).join('')}`)
  for (const text of typed) {
    await search(tab).fill(text)
    await rows(tab).filter({ hasText: wanted.number }).waitFor()
    assert.ok((await rows(tab).count()) < orders.length, text)
  }
  await search(tab).fill(wanted.number)
  assert.equal(await rows(tab).count(), 1)
  await search(tab).fill('hy204933')
  assert.equal(await rows(tab).count(), orders.filter(({ tracking }) => tracking).length)
  for (const amount of ['¥1,720', '¥99,999']) {
    await search(tab).fill(amount)
    assert.equal(await rows(tab).count(), 0, 'an amount is not found in dates and numbers')
  }
  await search(tab).fill('coffee')
  await tab.getByText(words('orders.search.none')).waitFor()
  await tab.getByRole('button', { name: words('orders.search.all') }).click()
  assert.equal(await rows(tab).count(), orders.length)
  await tab.close()
})

test('a click on an order stays in its tab, and the way back leads to where the list was', async () => {
  const tab = await open('orders')
  const tabs = browser.context.pages().length
  await search(tab).fill('haiku')
  const row = rows(tab).last()
  await row.scrollIntoViewIfNeeded()
  const href = await row.getAttribute('href')
  await row.click()
  await tab.getByRole('heading', { level: 1, name: 'Kiso Tea & Books' }).waitFor()
  assert.equal(browser.context.pages().length, tabs)
  await tab.getByRole('link', { name: words('orders.back') }).click()
  await row.waitFor()
  assert.equal(await search(tab).inputValue(), 'haiku')
  assert.equal(await tab.evaluate(() => document.activeElement?.getAttribute('href')), href)
  await tab.close()
})

test('the popup shows three orders at most, and its foot, however many cards and orders there are', async () => {
  const heights = []
  for (const [cards, count] of [
    [2, 0],
    [2, 1],
    [2, SMALL],
    [2, orders.length],
    [16, orders.length],
  ]) {
    const tab = await open('popup', { query: `?popup&cards=${cards}&orders=${count}`, viewport: POPUP })
    assert.ok((await tab.locator('main section a[href*="orders.html#"]').count()) <= 3)
    for (const place of [
      tab.getByRole('link', { name: words('app.orders'), exact: true }),
      tab.getByRole('link', { name: words('app.settings') }),
      tab.getByRole('button', { name: words('action.lock'), exact: true }),
    ])
      assert.ok(await isWholeInView(place, POPUP), `${cards} cards, ${count} orders`)
    heights.push(await tab.evaluate(() => document.documentElement.scrollHeight))
    await tab.close()
  }
  const [none, one, few, many] = heights
  assert.ok(none >= POPUP.height && one >= none, `it is as high as a popup can be: ${heights}`)
  assert.ok(Math.abs(many - few) <= 40, `fifty orders take no more room than four: ${heights}`)
})

test('the popup opens orders in one tab', async () => {
  const shown = () => browser.context.pages().filter(page => page.url().includes('/orders.html'))
  assert.equal(shown().length, 0)
  for (const { request_id: id } of orders.slice(0, 2)) {
    const tab = await open('popup', { query: '?popup&cards=1', viewport: POPUP })
    await tab.locator(`a[href="orders.html#${id}"]`).click()
    await eventually(`${id} is shown`, () => shown().some(page => page.url().endsWith(`#${id}`)))
  }
  assert.equal(shown().length, 1)
  await shown()[0].close()
})

test('the table’s sums are what was charged and what was given back', async () => {
  const tab = await open('orders')
  const [download] = await Promise.all([
    tab.waitForEvent('download'),
    tab.getByRole('button', { name: words('csv.button'), exact: true }).click(),
  ])
  const [head, ...lines] = parse(readFileSync(await download.path(), 'utf8').slice(1))
  const sum = name => lines.reduce((all, line) => all + Number(line[head.indexOf(words(name))]), 0)
  const total = kept => kept.reduce((all, order) => all + order.total_minor, 0)
  const delivered = orders.filter(({ state }) => state === 'delivering')
  const back = delivered.filter(({ sentence_key }) => sentence_key === 'refunded')
  assert.ok(back.length > 0 && delivered.length < orders.length - 2, 'some were given back, some refused or cancelled')
  assert.equal(lines.length, orders.length)
  assert.equal(sum('csv.total'), total(orders))
  assert.equal(sum('csv.charged'), total(delivered))
  assert.equal(sum('csv.refunded'), total(back))
  for (const line of lines.filter(one =>
    [words('state.refused'), words('state.cancelled')].includes(one[head.indexOf(words('csv.state'))]),
  ))
    assert.equal(line[head.indexOf(words('csv.charged'))], '0')
  await tab.close()
})

test('a Japanese postal code is known without asking anybody', async () => {
  for (const code of ['164-0001', '1640001', '１６４−０００１', '〒164 0001'])
    assert.deepEqual(await placesAt(code), ['東京都中野区中野'], code)
  assert.deepEqual(await placesAt('498-0000'), ['愛知県弥富市', '三重県桑名郡木曽岬町'])
  for (const none of ['', '164', '0000000', 'SW1A 1AA']) assert.deepEqual(await placesAt(none), [], none)
})

async function isWholeInView(place, { width, height }) {
  const box = await place.boundingBox()
  return box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height
}

/** RFC 4180, without its exotic parts. */
function parse(text) {
  return text
    .split('\r\n')
    .filter(Boolean)
    .map(line =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain),
    )
}
