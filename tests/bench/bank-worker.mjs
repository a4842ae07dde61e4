// @ts-nocheck -- most of it runs in a page, which has globals of its own
// A bank on workerd with two wallets, the wallet's WebAssembly in a page of its own each: they open an account and a
// purse, and the first moves value when it is told to. What a wallet itself takes, a PIN stretched twice a movement
// most of all, is in the times by the clock, not in the bank's.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { browserEnvironment, findBrowser } from '../../scripts/lib/browser.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { deploymentOf } from '../../scripts/lib/prepare.mjs'
import { AIKO } from '../../scripts/lib/shopper.mjs'
import { processorMs } from './processor.mjs'
import { serve } from './serve.mjs'

const MOVED = 10
/**
 * A purse signs at most two moments of its clock, seconds, for a movement, each one later than the last. If movements
 * follow each other faster it gets ahead of its bank's clock, until the bank's offers are over for it.
 */
const MOVEMENT_SECONDS = 2
const DEPOSIT = 90_000
const JSON_HEADERS = { 'content-type': 'application/json' }

/** Resolves to { name, move(kind, count), report(count), processorMs(), requests(), close() }; see `inTurn`. */
export async function bankOnWorkerd(parties) {
  const site = await serve(
    {
      '/': { type: 'text/html', body: '<!doctype html><title>A wallet</title>' },
      ...served('wasm/pkg', 'tallystick_wasm'),
      ...served('wasm/card/pkg', 'tallystick_software_card'),
    },
    {},
  )
  const executablePath = await findBrowser()
  const env = { ...process.env, ...browserEnvironment(executablePath) }
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false, env, args: ['--disable-gpu'] })
  const context = await browser.newContext()
  context.setDefaultTimeout(300_000)
  const own = await wallet(context, site, parties, 1)
  const other = await wallet(context, site, parties, 2)
  let asked = 0
  own.page.on('request', request => (asked += Number(isOfBank(request, parties))))
  return {
    name: 'tallystick',
    move: (kind, count) => own.page.evaluate(moved, { kind, count, minor: MOVED, pin: AIKO.pin, other: other.account.end }),
    /** What the card remembers has to be heard by the bank before it is full, and the clock catches up. */
    async report(count) {
      await own.page.evaluate(reported, { pin: AIKO.pin })
      await sleep(count * MOVEMENT_SECONDS * 1000)
    },
    processorMs,
    /** How often the bank was asked since the last time. */
    requests() {
      const since = asked
      asked = 0
      return since
    },
    async close() {
      await browser.close()
      await site.close()
    },
  }
}

const isOfBank = (request, parties) => request.method() === 'POST' && new URL(request.url()).hostname === parties.domain('bank')

/** A page with a wallet that has an account, money on it, and a purse. */
async function wallet(context, site, parties, number) {
  const page = await context.newPage()
  await page.goto(`http://wallet-${number}.localhost:${site.port}/`)
  const post = async (role, path, body) => {
    const answer = await parties.fetch(parties.domain(role), path, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) })
    if (answer.status !== 200) throw new Error(`${path} was answered by ${answer.status}: ${answer.text()}`)
    return answer.json()
  }
  const key = `the benchmark ${number}`
  const { iban } = await post('banking-system', '/v1/accounts', { name: AIKO.name, currency: 'JPY', key })
  const given = { deployment: await deploymentOf(parties), issuer: parties.url('issuer'), person: AIKO, iban, bank: parties.domain('bank') }
  const account = await page.evaluate(opened, given)
  await post('bank', '/v1/deposits', { account: account.number, amount: DEPOSIT, currency: 'JPY', reference: key })
  return { page, account }
}

/** A module of WebAssembly and its bindings. */
const served = (folder, name) => ({
  [`/${name}.js`]: { type: 'text/javascript', body: readFileSync(at(folder, `${name}.js`)) },
  [`/${name}_bg.wasm`]: { type: 'application/wasm', body: readFileSync(at(folder, `${name}_bg.wasm`)) },
})

/** Runs in a page: makes a wallet, and in it an account at the bank and its purse. */
async function opened({ deployment, issuer, person, iban, bank }) {
  const { default: init, Wallet } = await import('/tallystick_wasm.js')
  const { default: initCard, SoftwareCard } = await import('/tallystick_software_card.js')
  await Promise.all([init(), initCard()])
  const wallet = await Wallet.open(deployment, SoftwareCard, {})
  globalThis.wallet = wallet
  // A wallet begins with a card.
  const body = JSON.stringify({ name: person.name, telephone: person.telephone })
  const offer = await fetch(`${issuer}/v1/accounts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  await wallet.receive_offer(issuer, new Uint8Array(await offer.arrayBuffer()))
  await wallet.set_up(person.passphrase, person.pin)
  await wallet.enrol()
  const form = { bank, name: person.name, address: 'Nakano, Tokyo', telephone: person.telephone, iban, currency: 'JPY' }
  const opening = await wallet.register(form, 'nine brown owls in the cedar')
  for (let tries = 0; tries < 20; tries++) {
    await wallet.continue_opening(opening)
    if ((await wallet.view()).openings?.[0]?.step !== 'registering') break
    await new Promise(resolve => setTimeout(resolve, 500))
  }
  await wallet.open_account(opening, person.pin, 'software')
  await wallet.enrol()
  for (let tries = 0; tries < 20; tries++) {
    const { purses } = await wallet.view()
    if (purses[0]?.step === 'ready') break
    await wallet.tend_purse(purses[0].id)
    await new Promise(resolve => setTimeout(resolve, 500))
  }
  return (await wallet.view()).accounts[0]
}

/** Runs in a page: moves value so often; resolves to the milliseconds that it took. */
async function moved({ kind, count, minor, pin, other }) {
  const { wallet } = globalThis
  const view = await wallet.view()
  const [account, purse] = [view.accounts[0].end, view.purses[0].end]
  const ends = { load: [account, purse], unload: [purse, account], transfer: [account, other] }
  const [from, to] = ends[kind]
  const began = performance.now()
  for (let i = 0; i < count; i++) {
    const id = await wallet.move_value({ purse_id: view.purses[0].id, from, to }, minor, pin)
    if (kind === 'transfer') await wallet.answer_movement(id, true, pin)
  }
  return performance.now() - began
}

/** Runs in a page: tells the bank what the purse did, so that the card may forget it. */
async function reported({ pin }) {
  const { wallet } = globalThis
  await wallet.report_purse((await wallet.view()).purses[0].id, pin)
}
