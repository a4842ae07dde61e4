// A person with an account at a coupon office, as a program: gets coupons, gives them, receives them.
import { Shopper, words } from './shopper.mjs'

const PAGE = { width: 460, height: 720 }

export class CouponHolder extends Shopper {
  /** Gets an account at the office into a wallet that has something already. */
  async openCouponAccount() {
    await this.addCard('coupon-office', { button: 'add.button.office', done: 'coupon.account.done' })
  }

  /** Gets a new wallet with an account at the office, and nothing else. */
  async beginWithCoupons() {
    const onboarding = await this.openAccount('coupon-office')
    await this.setUp(onboarding, { done: 'coupon.account.done' })
    await onboarding.close()
  }

  /** The page of coupons, at a place of it. */
  async coupons(place = 'all') {
    const page = await this.openPage(`${this.walletUrl('coupons')}#${place}`)
    await page.setViewportSize(PAGE)
    return page
  }

  /** The coupons of the wallet that are not over. */
  async held() {
    const { coupons } = await this.view()
    return coupons.filter(({ state }) => !['spent', 'converted', 'expired', 'given'].includes(state))
  }

  async coupon(id) {
    return (await this.view()).coupons.find(one => one.id === id)
  }

  /** Buys a coupon; resolves to its name in the wallet. */
  async getCoupon(yen, { kind = 'voucher', funding = 'prepaid' } = {}) {
    const page = await this.coupons('get')
    await page.getByLabel(words('coupon.get.amount'), { exact: true }).fill(String(yen))
    await page.getByRole('radio', { name: new RegExp(`^${words(`coupon.kind.${kind}`)} `) }).check()
    await page.getByRole('radio', { name: new RegExp(`^${words(`coupon.get.${funding}`)} `) }).check()
    await this.#pin(page)
    await this.shot(page, 'coupon-get', { fullPage: true })
    await page.getByRole('button', { name: /^Get .*\d/ }).click()
    return this.#arrived(page, 'coupon-got')
  }

  /** The text by which others give coupons to this wallet. */
  async couponAddress() {
    const page = await this.coupons('address')
    await this.shot(page, 'coupon-address', { fullPage: true })
    return this.#textOn(page, 'coupon.hand.text')
  }

  /** Gives a coupon to whoever's address it is; resolves to the text to hand over. */
  async giveCoupon(id, address) {
    const page = await this.coupons(`${id}/give`)
    await page.getByLabel(words('coupon.give.paste'), { exact: true }).fill(address)
    await page.getByRole('button', { name: words('between.look'), exact: true }).click()
    await this.#pin(page)
    await this.shot(page, 'coupon-give', { fullPage: true })
    await page.getByRole('button', { name: /^Give .*\d/ }).click()
    await this.#located(page, 'coupon.hand.text')
    await this.shot(page, 'coupon-given', { fullPage: true })
    return this.#textOn(page, 'coupon.hand.text')
  }

  /** Receives what another wallet handed over, or a link; resolves to the coupon's name here. */
  async takeCoupon(text) {
    const page = await this.coupons('take')
    await page.getByLabel(words('coupon.take.paste'), { exact: true }).fill(text)
    await page.getByRole('button', { name: words('between.look'), exact: true }).click()
    return this.take(page)
  }

  /** The same, once the page shows what it is. */
  async take(page, button = 'coupon.saw.given.button') {
    await this.#pin(page)
    await this.shot(page, 'coupon-seen', { fullPage: true })
    await page.getByRole('button', { name: words(button), exact: true }).click()
    return this.#arrived(page, 'coupon-taken')
  }

  /** Makes a link of a coupon; resolves to it. */
  async linkCoupon(id) {
    const page = await this.coupons(`${id}/link`)
    await this.#pin(page)
    await this.shot(page, 'coupon-link', { fullPage: true })
    await page.getByRole('button', { name: words('coupon.link.button'), exact: true }).click()
    await this.#located(page, 'coupon.hand.link')
    await this.shot(page, 'coupon-linked', { fullPage: true })
    return this.#textOn(page, 'coupon.hand.link')
  }

  /** Opens a link as anybody does, in the browser; resolves to the page of the wallet to which the office's page hands it. */
  async openLink(link) {
    const page = await this.openPage(link)
    await page.locator('#take:not([disabled])').waitFor()
    await this.shot(page, 'coupon-link-page', { fullPage: true })
    const opened = this.context.waitForEvent('page', { predicate: one => one.url().includes('/coupons.html') })
    await page.locator('#take').click()
    const shown = await opened
    await shown.setViewportSize(PAGE)
    await page.close()
    return shown
  }

  /** Takes back a link that nobody has opened. */
  async takeBack(id) {
    const page = await this.coupons(id)
    await page.getByRole('button', { name: words('coupon.link.cancel'), exact: true }).click()
    await this.#pin(page)
    await page.getByRole('button', { name: words('coupon.link.cancel'), exact: true }).click()
    await page.getByLabel(words('add.pin'), { exact: true }).waitFor({ state: 'detached' })
    await page.close()
  }

  /** Shows a coupon; resolves to the text with which others can look at it and ask for it. */
  async showCoupon(id) {
    const page = await this.coupons(`${id}/show`)
    return this.#textOn(page, 'coupon.hand.text')
  }

  /** Answers somebody who wants a coupon, once the office has passed it on. */
  async answerAsk(id, agrees) {
    const page = await this.coupons(id)
    await this.#pin(page)
    await this.shot(page, 'coupon-asked', { fullPage: true })
    await page.getByRole('button', { name: words(agrees ? 'coupon.ask.yes' : 'coupon.ask.no'), exact: true }).click()
    await page.getByLabel(words('add.pin'), { exact: true }).waitFor({ state: 'detached' })
    await page.close()
  }

  /** Turns a coupon into money. */
  async convertCoupon(id) {
    const page = await this.coupons(`${id}/convert`)
    await this.#pin(page)
    await this.shot(page, 'coupon-convert', { fullPage: true })
    await page.getByRole('button', { name: /^Turn .*\d/ }).click()
    await page.getByLabel(words('add.pin'), { exact: true }).waitFor({ state: 'detached' })
    await this.shot(page, 'coupon-converted', { fullPage: true })
    await page.close()
  }

  /** Lets a coupon pay its part of the order that the window asks about. */
  async payWithCoupon(approval, id) {
    const { kind, value } = await this.coupon(id)
    const name = words(`approve.coupon.${kind}`, { amount: `¥${value.minor.toLocaleString('en')}` })
    await approval.getByRole('button', { name: `${words('approve.coupons.use')} ${words('approve.coupons')}` }).click()
    await approval.getByRole('checkbox', { name: new RegExp(`^${name}`) }).check()
    await this.shot(approval, 'approve-coupon')
    await approval.getByRole('button', { name: words('action.done'), exact: true }).click()
  }

  /** Locks a coupon; `password` is chosen if the card has none yet. */
  async lockCoupon(id, password) {
    const page = await this.coupons(`${id}/lock`)
    await page.getByRole('button', { name: words('coupon.lock'), exact: true }).click()
    if (password) {
      await page.getByLabel(words('coupon.password.new'), { exact: true }).fill(password)
      await this.#pin(page)
      await page.getByRole('button', { name: words('coupon.password.button'), exact: true }).click()
    }
    await page.getByRole('button', { name: words('coupon.unlock'), exact: true }).waitFor()
    await this.shot(page, 'coupon-locked', { fullPage: true })
    return page
  }

  /** Unlocks the coupon on its page. */
  async unlockCoupon(page, password) {
    await page.getByLabel(words('coupon.password'), { exact: true }).fill(password)
    await page.getByRole('button', { name: words('coupon.unlock'), exact: true }).click()
  }

  /** Has the offices asked how the coupons are. */
  async followCoupons() {
    const page = await this.coupons()
    await page.getByRole('button', { name: words('coupon.follow'), exact: true }).click()
    await page.close()
  }

  #pin(page) {
    return page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
  }

  /** Waits until the page is about the one coupon that came. */
  async #arrived(page, name) {
    await page.waitForURL(/#[0-9a-f]{32}$/)
    await page.getByRole('article').first().waitFor()
    await this.shot(page, name, { fullPage: true })
    const id = new URL(page.url()).hash.slice(1)
    await page.close()
    return id
  }

  #located(page, label) {
    return page.getByRole('region', { name: words(label), exact: true }).waitFor()
  }

  async #textOn(page, label) {
    const text = await page
      .getByRole('region', { name: words(label), exact: true })
      .locator('code')
      .textContent()
    await page.close()
    return text
  }
}
