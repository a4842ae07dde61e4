// The button of packages/page on a page of its own, with a wallet that a test plays: what it shows, and that a reload loses nothing.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { browserEnvironment, findBrowser } from '../../scripts/lib/browser.mjs'
import { at } from '../../scripts/lib/paths.mjs'

/** As strict as a shop may be: nothing inline, no markup from text. */
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"

const shopPage =
  language => `<!doctype html><html lang="${language}"><meta name="color-scheme" content="light dark"><title>A shop</title><main><h1>A shop</h1><div id="here"></div></main>
<script type="module" src="/shop.js"></script>`

const SCRIPT = `
import { payButton } from '/page/index.js'
window.outcomes = []
const options = {
  form: async () => { window.forms = (window.forms ?? 0) + 1; return (await fetch('/form')).json() },
  onordered: ordered => window.outcomes.push(ordered),
  onfailed: error => window.outcomes.push(error.name),
  install: 'https://wallet.example/',
}
document.querySelector('#here').append(payButton(options))
`

/** A wallet as far as a page sees it: what it is asked stands in \`asked\`; the test answers. */
const WALLET = () => {
  const asked = (window.asked = [])
  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(`tallystick:${name}`, { detail: JSON.stringify(detail) }))
  window.addEventListener('tallystick:discover', () => tell('announce', { version: 1 }))
  window.addEventListener('tallystick:request', event => asked.push(JSON.parse(event.detail)))
  window.answer = (outcome, place = asked.length - 1) => tell('response', { id: asked[place].id, ...outcome })
  window.approve = (place = asked.length - 1) => tell('progress', { id: asked[place].id, state: 'approved' })
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://shop.localhost')
  const file = pathname.startsWith('/page/') && at('packages/page', pathname.slice('/page/'.length))
  const headers = type => ({ 'content-type': type, 'content-security-policy': POLICY })
  if (pathname === '/form') return response.writeHead(200, headers('application/json')).end('{"form":"AQID","order_reference":"r1"}')
  if (pathname === '/shop.js') return response.writeHead(200, headers('text/javascript')).end(SCRIPT)
  if (file && existsSync(file)) return response.writeHead(200, headers('text/javascript')).end(readFileSync(file))
  return response.writeHead(200, headers('text/html')).end(shopPage(searchParams.get('language') ?? 'en'))
})

let browser
let page

before(async () => {
  server.listen(0, '127.0.0.1')
  const [path] = await Promise.all([findBrowser(), once(server, 'listening')])
  browser = await chromium.launch({ executablePath: path, env: { ...process.env, ...browserEnvironment(path) }, args: ['--no-sandbox'] })
})

after(async () => {
  await browser?.close()
  server.closeAllConnections()
  server.close()
})

const address = () => `http://shop.localhost:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`

beforeEach(async () => {
  await page?.context().close()
  page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  page.setDefaultTimeout(10_000)
})

async function open({ wallet = true, language = 'en' } = {}) {
  if (wallet) await page.addInitScript(WALLET)
  await page.goto(`${address()}?language=${language}`)
  return page.getByRole('button', { name: 'Pay with Tallystick' })
}

const says = sentence => page.getByRole('status').getByText(sentence).waitFor()
const asked = count => page.waitForFunction(count => window.asked.length === count, count)
const outcomes = () => page.evaluate(() => window.outcomes)

test('without a wallet it offers one, and asks the shop for nothing', async () => {
  const button = await open({ wallet: false })
  await button.click()
  await says('You need the Tallystick wallet')
  assert.equal(await page.getByRole('link', { name: 'Get the wallet' }).getAttribute('href'), 'https://wallet.example/')
  assert.equal(await page.evaluate(() => window.forms), undefined)
})

test('it hands the form over, says how it goes, and tells the page of the order', async () => {
  const button = await open()
  await button.click()
  await asked(1)
  assert.equal(await page.evaluate(() => window.asked[0].payload), 'AQID')
  await says('Your wallet is asking you')
  await button.click({ force: true })
  await page.evaluate(() => window.approve())
  await says('Approved')
  await page.evaluate(() => window.answer({ ok: true, result: { orderId: 'a1', state: 'received' } }))
  await says('Thank you')
  assert.deepEqual(await outcomes(), [{ orderId: 'a1', state: 'received', reference: 'r1' }])
  assert.equal(await page.evaluate(() => window.asked.length), 1, 'pressing once more meanwhile is nothing')
})

test('what the wallet refuses is a sentence, and the next press is a new order', async () => {
  const button = await open()
  await button.click()
  await asked(1)
  await page.evaluate(() => window.answer({ ok: false, error: { name: 'Declined', message: '' } }))
  await says('You declined the order. No money has moved.')
  assert.deepEqual(await outcomes(), ['Declined'])
  await button.click()
  await asked(2)
  assert.equal(await page.evaluate(() => window.forms), 2)
})

test('a page that was reloaded while the wallet asked takes the same form up again, and orders once', async () => {
  await (await open()).click()
  await asked(1)
  await page.reload()
  await asked(1)
  assert.equal(await page.evaluate(() => window.asked[0].payload), 'AQID')
  await page.evaluate(() => window.answer({ ok: true, result: { orderId: 'a1', state: 'received' } }))
  await says('Thank you')
  assert.equal(await page.evaluate(() => window.forms), undefined, 'no new form')
  await page.reload()
  await page.getByRole('button').waitFor()
  assert.equal(await page.evaluate(() => sessionStorage.length), 0)
})

test('after Unavailable the same form is asked for again', async () => {
  const button = await open()
  await button.click()
  await asked(1)
  await page.evaluate(() => window.answer({ ok: false, error: { name: 'Unavailable', message: '' } }))
  await says('The wallet does not answer.')
  await button.click()
  await asked(2)
  assert.equal(await page.evaluate(() => window.forms), 1)
})

test('a shop that does not answer is said to be silent', async () => {
  const button = await open()
  await page.route('**/form', route => route.abort())
  await button.click()
  await says('The shop does not answer. No money has moved.')
})

test('another card, chosen in the wallet, is a new order; in Japanese', async () => {
  await open({ language: 'ja' })
  await page.getByRole('button', { name: 'Tallystick で支払う' }).waitFor()
  await page.evaluate(() => window.dispatchEvent(new CustomEvent('tallystick:again')))
  await asked(1)
  await says('ウォレットのウィンドウで確認してください。')
})

test('a screen reader finds nothing to complain of, by day and by night', async () => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme })
    const button = await open({ wallet: false })
    await button.click()
    await says('You need the Tallystick wallet')
    const { violations } = await new AxeBuilder({ page }).include('tallystick-pay').analyze()
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    )
  }
})
