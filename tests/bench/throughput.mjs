// @ts-nocheck -- most of it runs in a page, which has globals of its own
// Orders a second that the parties of one machine carry: several wallets at once, each the wallet's
// WebAssembly in a page of its own origin, without the extension's windows. They share the machine with all
// parties, so they sign and seal beforehand, which stretches a PIN and is done on as many machines as there
// are holders; the clock runs from the first confirmation to the last acceptance.
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { browserEnvironment, findBrowser } from '../../scripts/lib/browser.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { deploymentOf } from '../../scripts/lib/prepare.mjs'
import { AIKO } from '../../scripts/lib/shopper.mjs'
import { processorMs } from './processor.mjs'
import { serve } from './serve.mjs'
import { summary } from './statistics.mjs'

/** What each wallet buys: of these the shelf holds thirty for each. */
const GOODS = ['genmaicha-100', 'genmaicha-100', 'sencha-100', 'sencha-100', 'kukicha-100', 'haiku-seasons', 'matcha-30', 'yunomi-cup']

/**
 * In each round every one of `wallets` sends `each` orders; the first `warmUp` rounds do not count. Resolves to { wallets, orders, seconds,
 * perSecond, processorMs, seen }: summaries over the rounds of orders a second and of the parties' processor
 * time an order, and what a wallet sent, for `requests`.
 */
export async function throughput(parties, { wallets, each, rounds, warmUp = 0 }) {
  const site = await serve(
    {
      '/': { type: 'text/html', body: '<!doctype html><title>A wallet</title>' },
      ...served('wasm/pkg', 'tallystick_wasm'),
      ...served('wasm/card/pkg', 'tallystick_software_card'),
    },
    {},
  )
  const executablePath = await findBrowser()
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: false,
    env: { ...process.env, ...browserEnvironment(executablePath) },
    args: ['--disable-gpu'],
  })
  try {
    const context = await browser.newContext()
    context.setDefaultTimeout(300_000)
    const given = { deployment: await deploymentOf(parties), issuer: parties.url('issuer'), shop: parties.url('shop'), person: AIKO }
    const pages = []
    const seen = { confirmation: undefined, shares: [] }
    for (let i = 0; i < wallets; i++) {
      const page = await context.newPage()
      await page.goto(`http://wallet-${i}.localhost:${site.port}/`)
      if (i === 0) page.on('request', request => notice(seen, parties, request))
      await page.evaluate(enrolled, given)
      pages.push(page)
    }
    const measured = []
    for (let round = -warmUp; round < rounds; round++) {
      await Promise.all(pages.map((page, place) => page.evaluate(sealed, { ...given, sku: GOODS[place], count: each })))
      const since = Date.now()
      const before = processorMs()
      await Promise.all(pages.map(page => page.evaluate(sent)))
      if (round < 0) continue
      measured.push({
        orders: wallets * each,
        took: (Date.now() - since) / 1000,
        used: before === undefined ? undefined : processorMs() - before,
      })
    }
    const sum = name => measured.reduce((total, round) => total + round[name], 0)
    return {
      wallets,
      orders: sum('orders'),
      seconds: sum('took'),
      perSecond: summary(measured.map(({ orders, took }) => orders / took)),
      processorMs: measured[0].used === undefined ? null : summary(measured.map(({ orders, used }) => used / orders)),
      seen,
    }
  } finally {
    await browser.close()
    await site.close()
  }
}

/** Keeps the bodies of requests that are repeated later. */
function notice(seen, parties, request) {
  const { hostname, pathname } = new URL(request.url())
  if (request.method() !== 'POST') return
  if (pathname === '/v1/holder-shares') seen.shares.push(request.postDataBuffer())
  if (pathname === '/v1/confirmations' && hostname === parties.domain('shop')) seen.confirmation = request.postDataBuffer()
}

/** A module of WebAssembly and its bindings. */
const served = (folder, name) => ({
  [`/${name}.js`]: { type: 'text/javascript', body: readFileSync(at(folder, `${name}.js`)) },
  [`/${name}_bg.wasm`]: { type: 'application/wasm', body: readFileSync(at(folder, `${name}_bg.wasm`)) },
})

/** Runs in a page: opens an account, makes and enrols a wallet. */
async function enrolled({ deployment, issuer, person }) {
  const { default: init, Wallet } = await import('/tallystick_wasm.js')
  const { default: initCard, SoftwareCard } = await import('/tallystick_software_card.js')
  await Promise.all([init(), initCard()])
  const wallet = await Wallet.open(deployment, SoftwareCard, {})
  const headers = { 'content-type': 'application/json' }
  const account = await fetch(`${issuer}/v1/accounts`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ name: person.name, telephone: person.telephone }),
  })
  if (!account.ok) throw new Error(`the issuer opens no account: ${account.status}`)
  await wallet.receive_offer(issuer, new Uint8Array(await account.arrayBuffer()))
  await wallet.set_up(person.passphrase, person.pin)
  await wallet.enrol()
  const { name, telephone, postalCode, lines } = person.address
  await wallet.save_address({ label: 'Home', name, telephone, postal_code: postalCode, lines, country: 'JP' })
  globalThis.wallet = wallet
}

/** Runs in a page: asks for so many forms, approves and seals an order from each, and sends nothing yet. */
async function sealed({ shop, person, sku, count }) {
  const { wallet } = globalThis
  const { cards, addresses } = await wallet.view()
  const choice = { card_id: cards[0].id, address_id: addresses[0].id, accept_extra: false }
  const body = JSON.stringify({ items: [{ sku, quantity: 1 }] })
  globalThis.open = []
  for (let i = 0; i < count; i++) {
    const answer = await fetch(`${shop}/v1/forms`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    if (!answer.ok) throw new Error(`the shop gives no form: ${answer.status} ${await answer.text()}`)
    const id = await wallet.receive_form(shop, new Uint8Array(await answer.arrayBuffer()))
    await wallet.approve(id, choice, person.pin)
    globalThis.open.push(id)
  }
}

/** Runs in a page: sends what is sealed and asks until the courier has accepted all of it. */
async function sent() {
  const { wallet, open } = globalThis
  for (;;) {
    const pause = await wallet.advance()
    if (pause === 0) continue // something moved: there is more to say at once
    const states = (await wallet.view()).orders.filter(({ request_id }) => open.includes(request_id)).map(({ state }) => state)
    if (states.every(state => state === 'delivering')) return
    if (pause === undefined || pause === null) throw new Error(`orders ended as ${states.join(', ')}`)
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}
