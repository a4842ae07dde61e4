// Whoever stands before the demo's vending machine, as a program: presses its buttons, puts payments in, takes drinks
// out. It is in a browser of its own, without the wallet: what goes between the two is texts.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { browserEnvironment, findBrowser } from './browser.mjs'
import { openMachine } from './dealer.mjs'

export class VendingMachine {
  #browser
  #shots
  #count = 0

  /**
   * Stands before a machine that sells; has its purse opened, if it has none. `shots`: the folder for a picture of every step.
   *
   * @param {object} parties what startParties gives
   * @param {{ shots?: string, languages?: string }} [options]
   */
  static async start(parties, { shots, languages = 'en-US' } = {}) {
    await openMachine(parties)
    if (shots) mkdirSync(shots, { recursive: true })
    const { chromium } = await import('playwright-core')
    const executablePath = await findBrowser()
    const env = { ...process.env, ...browserEnvironment(executablePath) }
    const browser = await chromium.launch({ executablePath, chromiumSandbox: false, env, args: ['--disable-gpu'] })
    const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, locale: languages })
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    await page.goto(parties.url('vending'))
    return new this(browser, page, shots)
  }

  constructor(browser, page, shots) {
    this.#browser = browser
    /** The machine's page. */
    this.page = page
    this.#shots = shots
  }

  close() {
    return this.#browser.close()
  }

  /** A picture of the machine, numbered in the order of the story. */
  async shot(name) {
    if (!this.#shots) return
    this.#count += 1
    await this.page.waitForTimeout(250) // the drink falls for 180 ms
    await this.page.screenshot({ path: join(this.#shots, `machine-${this.#count}-${name}.png`), fullPage: true })
  }

  /** Presses the button of a product, such as `sencha`; resolves to the request, a text for the payer's wallet. */
  async order(product) {
    const button = this.page.locator(`button[data-product="${product}"]`)
    await button.click()
    await this.page.locator(`button[data-product="${product}"][aria-pressed="true"]`).waitFor()
    const text = await this.#shown('The machine’s request, as text')
    await this.shot(`asks-for-${product}`)
    return text
  }

  /** Puts a payment into the slot; resolves to what the machine answers, a text for the payer's wallet. */
  async pay(payment) {
    await this.insert(payment)
    const text = await this.#shown('The machine’s answer, as text')
    await this.shot('answers')
    return text
  }

  /** Puts a text into the slot, whatever it is. */
  async insert(text) {
    await this.page.getByLabel('Payment', { exact: true }).fill(text)
    await this.page.getByRole('button', { name: 'Put it in', exact: true }).click()
  }

  /** What the display says. */
  async says() {
    return this.page.locator('.display').innerText()
  }

  /** What the machine says is wrong with what was put in. */
  async complains() {
    return this.page.getByRole('alert').filter({ hasText: /./ }).innerText()
  }

  /** What lies in the tray, in a sentence. */
  async tray() {
    return this.page.getByRole('region', { name: 'Where drinks fall' }).getByRole('status').innerText()
  }

  /** Takes the drink out of the tray. */
  async takeDrink() {
    await this.page.getByRole('button', { name: 'Take the drink', exact: true }).click()
  }

  /** Leaves the buttons to whoever is next. */
  async leave() {
    await this.page.getByRole('button', { name: /^(Done|Choose something else)$/ }).click()
  }

  async #shown(label) {
    const text = await this.page.getByRole('region', { name: label, exact: true }).textContent()
    return text.trim()
  }
}
