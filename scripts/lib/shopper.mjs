// A person with the wallet, as a program: opens an account, sets the wallet up, shops, approves.
// It finds everything by what a person reads (roles and labels of the English catalogue), so a page
// that cannot be used with a screen reader cannot be used here either.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { launchBrowserWithExtension } from './browser.mjs'
import { at } from './paths.mjs'

/** The wallet's words in a language: looks a text of its catalogue up and fills its places in. */
export function wordsIn(language) {
  const catalogue = JSON.parse(readFileSync(at(`extension/i18n/${language}.json`), 'utf8'))
  return (key, values = {}) => catalogue[key].replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place)
}

/** A text of the wallet's English catalogue with its places filled in. */
export const words = wordsIn('en')

/** The sentence in English with which the wallet says of one kind of error what happened. */
export function problemWords(kind) {
  const catalogue = JSON.parse(readFileSync(at('extension/i18n/problems/en.json'), 'utf8'))
  return catalogue[`problem.${kind}.sentence`]
}

/** Aiko, who shops in the demonstration. Everything here is made up. */
export const AIKO = {
  name: 'Aiko Tanaka',
  telephone: '+81 3 5550 0142',
  passphrase: 'seven quiet herons at dusk',
  pin: '483920',
  address: {
    name: 'Kenji Mori',
    telephone: '+81 90 5550 0199',
    postalCode: '164-0001',
    lines: '4-1-1 Nakano, Nakano-ku, Tokyo',
  },
}

/** A recovery code as it is shown. */
const RECOVERY_CODE = /^\w{4}(-\w{4}){4}$/

/** The codes of the sheet that a page shows, in their order. They are secrets: no picture of them is kept. */
export const codesOn = async page => (await page.locator('.number .visually-hidden').allTextContents()).map(code => code.trim())

/**
 * Types the two characters of the sheet that a page asks for, as soon as it does.
 *
 * @param {object} page
 * @param {string[]} codes what stands on the sheet
 * @param {typeof words} [say] the words of the page's language
 */
export async function giveBack(page, codes, say = words) {
  const asked = key => new RegExp(say(key, { first: '\\D*(\\d+)\\D*', second: '\\D*(\\d+)\\D*', issuer: '.+' }))
  const [recovery, account] = [asked('codes.ask.recovery'), asked('codes.ask.account')]
  const label = page
    .locator('label')
    .filter({ hasText: recovery })
    .or(page.locator('label').filter({ hasText: account }))
  const text = await label.first().textContent()
  const code = recovery.test(text) ? codes.find(one => RECOVERY_CODE.test(one)) : codes.findLast(one => !RECOVERY_CODE.test(one))
  const [, first, second] = recovery.exec(text) ?? account.exec(text)
  const characters = code.replaceAll('-', '')
  await page
    .getByLabel(recovery.test(text) ? recovery : account)
    .pressSequentially(characters[Number(first) - 1] + characters[Number(second) - 1])
  await label.first().waitFor({ state: 'detached' })
}

/** How long a service worker is waited for that is to be killed, on a busy machine. */
const WAKES_MS = 5_000

export class Shopper {
  #shots
  #count = 0
  #approved
  #accepted

  /**
   * `shots`: the folder for a screenshot of every step; none are made without it. `languages`: what
   * pages are told of their reader's languages, whatever the machine's own is.
   *
   * @template {typeof Shopper} Kind
   * @this {Kind}
   * @param {object} parties what startParties gives
   * @param {{ shots?: string, person?: typeof AIKO, languages?: string } & NonNullable<Parameters<typeof launchBrowserWithExtension>[0]>} [options]
   * @returns {Promise<InstanceType<Kind>>}
   */
  static async start(parties, { shots, person = AIKO, languages = 'en-US,en', args = [], ...browser } = {}) {
    if (shots) mkdirSync(shots, { recursive: true })
    const launched = await launchBrowserWithExtension({ ...browser, args: [`--accept-lang=${languages}`, ...args] })
    return /** @type {InstanceType<Kind>} */ (new this(parties, launched, person, shots))
  }

  constructor(parties, launched, person, shots) {
    this.parties = parties
    this.browser = launched
    this.context = launched.context
    this.person = person
    this.#shots = shots
    this.context.setDefaultTimeout(30_000)
  }

  close() {
    return this.browser.close()
  }

  /** The address of one of the extension's own pages. */
  walletUrl(page) {
    return `chrome-extension://${this.browser.extensionId}/pages/${page}.html`
  }

  async openPage(url) {
    const page = await this.context.newPage()
    await page.goto(url)
    return page
  }

  /** A screenshot of a step, numbered in the order of the story. */
  async shot(page, name, options = {}) {
    if (!this.#shots) return
    this.#count += 1
    await page.evaluate(() => document.fonts.ready)
    await page.waitForTimeout(250) // transitions take up to 200 ms
    await page.screenshot({ path: join(this.#shots, `${String(this.#count).padStart(2, '0')}-${name}.png`), ...options })
  }

  /** Opens an account at an issuer's page; resolves to the wallet's onboarding page. */
  async openAccount(issuer = 'issuer') {
    const page = await this.openPage(this.parties.url(issuer))
    await page.getByLabel('Name').fill(this.person.name)
    await page.getByLabel('Telephone').fill(this.person.telephone)
    await page.locator('#open-account:not([disabled])').waitFor()
    await this.shot(page, 'issuer-account')
    const onboarding = this.context.waitForEvent('page', { predicate: opened => opened.url().includes('/onboarding.html') })
    await page.locator('#open-account').click()
    return onboarding
  }

  /**
   * Passphrase, PIN, codes and address; resolves to the PUK when the card is ready.
   *
   * @param {object} onboarding the page
   * @param {{ onPuk?: () => unknown, done?: string }} [options] what happens while the PUK is shown, and which words say that it is done
   */
  async setUp(onboarding, { onPuk, done = 'onboarding.done.title' } = {}) {
    const { passphrase, pin } = this.person
    await onboarding.getByLabel(words('onboarding.passphrase'), { exact: true }).fill(passphrase)
    await onboarding.getByLabel(words('onboarding.pin'), { exact: true }).fill(pin)
    await onboarding.getByLabel(words('onboarding.pin.again')).fill(pin)
    await this.shot(onboarding, 'onboarding-secrets', { fullPage: true })
    await onboarding.getByRole('button', { name: words('onboarding.create') }).click()
    return this.finishSetUp(onboarding, { onPuk, done })
  }

  /**
   * What is left once the wallet is made: the PUK and the address.
   *
   * @param {object} onboarding the page
   * @param {{ onPuk?: () => unknown, done?: string }} [options]
   */
  async finishSetUp(onboarding, { onPuk, done = 'onboarding.done.title' } = {}) {
    const [puk] = await this.keepSheet(onboarding, onPuk)
    await this.fillAddress(onboarding, this.person.address)
    await this.shot(onboarding, 'onboarding-address', { fullPage: true })
    await onboarding.getByRole('button', { name: words('address.save') }).click()
    await onboarding.getByText(words(done), { exact: true }).first().waitFor()
    await this.shot(onboarding, 'onboarding-ready', { fullPage: true })
    return puk
  }

  /** Keeps the sheet that is shown, and gives two of its characters back; resolves to its codes, the PUK first. `onPuk` is called while it is shown. */
  async keepSheet(page, onPuk) {
    await page.getByRole('heading', { name: words('onboarding.puk.title') }).waitFor()
    onPuk?.()
    const codes = await codesOn(page)
    await page.getByRole('button', { name: words('onboarding.puk.kept') }).click()
    await giveBack(page, codes)
    return codes
  }

  /** Reads the PUK of a card in a reader, that is shown once. It is a secret: its picture is not kept. `onPuk` is called while it is shown. */
  async keepPuk(page, onPuk) {
    await page.getByRole('heading', { name: words('onboarding.puk.title') }).waitFor()
    onPuk?.()
    const puk = (await page.locator('.number .visually-hidden').first().textContent()).trim()
    await page.getByRole('button', { name: words('onboarding.puk.kept') }).click()
    return puk
  }

  async fillAddress(page, address) {
    await page.getByLabel(words('address.name')).fill(address.name)
    await page.getByLabel(words('address.telephone')).fill(address.telephone)
    await page.getByLabel(words('address.postal_code')).fill(address.postalCode)
    await page.getByLabel(words('address.lines'), { exact: true }).fill(address.lines)
  }

  /** Account, wallet, card and address in one go. */
  async enrol() {
    const onboarding = await this.openAccount()
    const puk = await this.setUp(onboarding)
    await onboarding.close()
    return puk
  }

  /** Gets another card from an issuer into the wallet that is there; `button` and `done`: which words add it, and say that it is there. */
  async addCard(issuer, { button = 'add.button', done = 'onboarding.done.title' } = {}) {
    const onboarding = await this.openAccount(issuer)
    await onboarding.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(onboarding, 'add-card', { fullPage: true })
    await onboarding.getByRole('button', { name: words(button) }).click()
    await this.keepSheet(onboarding)
    await onboarding.getByText(words(done), { exact: true }).first().waitFor()
    await this.shot(onboarding, 'add-card-ready', { fullPage: true })
    await onboarding.close()
  }

  /** Lets another card pay than the proposed one. */
  async payWith(approval, issuer) {
    await approval.getByRole('button', { name: `${words('action.change')} ${words('approve.with')}` }).click()
    await approval.getByRole('radio', { name: issuer }).click()
  }

  /**
   * Puts goods into the basket of the store; resolves to the store's page at the checkout.
   *
   * @param {{ sku: string, quantity: number }[]} goods
   * @param {{ policy?: string, courier?: string }} [options]
   */
  async fillBasket(goods, { policy, courier } = {}) {
    const store = await this.openPage(this.parties.url('shop'))
    await store.getByRole('heading', { level: 1 }).first().waitFor()
    await this.shot(store, 'store')
    for (const { sku, quantity } of goods) {
      await store.goto(`${this.parties.url('shop')}/#/product/${sku}`)
      const product = store.getByRole('article')
      await product.getByRole('heading', { level: 1 }).waitFor()
      await product.getByRole('spinbutton').fill(String(quantity))
      await product.getByRole('spinbutton').press('Tab')
      if (sku === goods[0].sku) await this.shot(store, 'store-product')
      await product.getByRole('button', { name: 'Add to basket' }).click()
      await store.getByText('is in your basket').first().waitFor()
    }
    await store.goto(`${this.parties.url('shop')}/#/basket`)
    await store.getByRole('link', { name: /checkout/i }).waitFor()
    await this.shot(store, 'store-basket')
    await store.goto(`${this.parties.url('shop')}/#/checkout`)
    await store.locator('#pay:not([disabled])').waitFor()
    if (policy) {
      await store.locator('details summary').first().click()
      await store.locator(`input[name=policy][value="${policy}"]`).check()
    }
    if (courier) await store.getByRole('radio', { name: courier }).check()
    await this.shot(store, 'store-checkout', { fullPage: true })
    return store
  }

  /** Presses the store's button; resolves to the wallet's approval window. */
  async pay(store) {
    const opened = this.context.waitForEvent('page', { predicate: page => page.url().includes('/approve.html') })
    await store.locator('#pay').click()
    const approval = await opened
    await approval.setViewportSize({ width: 460, height: 720 })
    return approval
  }

  /** Types the PIN and approves. `label` is what the PIN's field is called. */
  async approve(approval, pin = this.person.pin, label = words('approve.pin')) {
    await approval.getByLabel(label, { exact: true }).fill(pin)
    await this.shot(approval, 'approve')
    this.#approved = Date.now()
    await approval.getByRole('button', { name: /^Approve/ }).click()
  }

  /** Seconds from the last Approve to the courier's acceptance, as the approval window showed it. */
  get secondsToAcceptance() {
    return (this.#accepted - this.#approved) / 1000
  }

  /** Waits until the courier has accepted; resolves to the tracking number. */
  async delivered(approval) {
    await approval.getByText(words('approve.tracking')).waitFor()
    this.#accepted = Date.now()
    await this.shot(approval, 'approved')
    return (await approval.locator('.tracking strong').textContent()).trim()
  }

  /** Has the shop's operator give part of the newest order back. */
  async haveRefunded(yen) {
    const [order] = (await this.view()).orders
    const page = await this.openPage(`${this.parties.url('shop')}/console#orders/${order.order_id}`)
    await page.getByRole('button', { name: 'Refund' }).click()
    await page.getByLabel('Amount', { exact: true }).fill(String(yen))
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: 'Sign and do it: Refund' }).click()
    await page.getByText('Done: Refund.').waitFor()
    await page.close()
  }

  /** What the wallet knows, as its own pages are told. */
  async view() {
    const page = await this.openPage(this.walletUrl('popup'))
    try {
      return await page.evaluate(
        () =>
          new Promise(resolve => {
            const port = chrome.runtime.connect({ name: 'view' })
            port.onMessage.addListener(push => push.type === 'view' && resolve(push.view))
          }),
      )
    } finally {
      await page.close()
    }
  }

  /**
   * Kills the service worker, as Chromium does when it is idle or short of memory; says how many were killed. One that has just
   * been killed, or rests, is waited for: an open page of the wallet wakes it within a second. None is killed where nobody wakes it.
   */
  async killServiceWorker() {
    const session = (await this.context.browser()?.newBrowserCDPSession()) ?? (await this.context.newCDPSession(this.context.pages()[0]))
    try {
      const until = Date.now() + WAKES_MS
      for (;;) {
        const { targetInfos } = await session.send('Target.getTargets')
        const ours = targetInfos.filter(({ type, url }) => type === 'service_worker' && url.includes(this.browser.extensionId))
        for (const { targetId } of ours) await session.send('Target.closeTarget', { targetId })
        if (ours.length > 0 || Date.now() > until) return ours.length
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    } finally {
      await session.detach()
    }
  }
}
