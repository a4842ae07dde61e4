// @ts-nocheck -- most of it runs in a page, which has globals of its own
// Wallets at a bank on workerd, the wallet's WebAssembly in a page of its own each: they open an account and a purse.
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { browserEnvironment, findBrowser } from '../../scripts/lib/browser.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { deploymentOf } from '../../scripts/lib/prepare.mjs'
import { AIKO } from '../../scripts/lib/shopper.mjs'
import { serve } from './serve.mjs'

const DEPOSIT = 90_000
const JSON_HEADERS = { 'content-type': 'application/json' }

/** Resolves to { wallets, browser, close() }: so many, each { page, account }. */
export async function walletsAtBank(parties, count) {
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
  const wallets = []
  for (let number = 1; number <= count; number++) wallets.push(await wallet(context, site, parties, number))
  return {
    wallets,
    browser: browser.version(),
    async close() {
      await browser.close()
      await site.close()
    },
  }
}

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
  // How long the PIN is stretched, which is on purpose, is told apart: VERIFY (ISO/IEC 7816-4) with a PIN.
  const transmit = SoftwareCard.prototype.transmit
  SoftwareCard.prototype.transmit = function (apdu) {
    const isPin = apdu[1] === 0x20 && apdu.length > 5
    const began = performance.now()
    const length = transmit.call(this, apdu)
    if (isPin) globalThis.pinMs += performance.now() - began
    return length
  }
  // Nor does who waits for the browser's storage compute.
  const begin = IDBDatabase.prototype.transaction
  IDBDatabase.prototype.transaction = function (...given) {
    const transaction = begin.apply(this, given)
    const began = performance.now()
    transaction.addEventListener('complete', () => (globalThis.storedMs += performance.now() - began))
    return transaction
  }
  const wallet = await Wallet.open(deployment, SoftwareCard, {})
  globalThis.wallet = wallet
  globalThis.pinMs = globalThis.storedMs = 0
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
