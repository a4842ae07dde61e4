// A person with a contactless card, as a program: has one made, puts value on it, pays with it.
import { Shopper, words } from './shopper.mjs'

const PAGE = { width: 460, height: 720 }
/** What the approval window calls it. */
export const CONTACTLESS = words('approve.contactless', { bank: 'Kazaguruma Pay' })

const yen = minor => `¥${minor.toLocaleString('en')}`

export class ContactlessHolder extends Shopper {
  /** Gets an account at the settlement server into a wallet that has something already. */
  async openSettlementAccount() {
    await this.addCard('settlement', { button: 'add.button.office', done: 'tap.account.done' })
  }

  /** The page of contactless cards, at a place of it. */
  async contactless(place = 'all') {
    const page = await this.openPage(`${this.walletUrl('contactless')}#${place}`)
    await page.setViewportSize(PAGE)
    return page
  }

  /** The contactless cards of the wallet. */
  async tapCards() {
    return (await this.view()).contactless
  }

  /** Makes a card of the wallet a contactless one; resolves to its name in the wallet. */
  async getContactless() {
    const page = await this.contactless('get')
    await this.#pin(page)
    await this.shot(page, 'contactless-get', { fullPage: true })
    await page.getByRole('button', { name: words('tap.get.button'), exact: true }).click()
    await page.waitForURL(/#[0-9a-f]{20}$/)
    const id = new URL(page.url()).hash.slice(1)
    await page.close()
    return id
  }

  /** Has the account put value on the card, which takes it. */
  async putOn(id, minor) {
    const page = await this.contactless(`${id}/charge`)
    await page.getByLabel(words('tap.charge.amount'), { exact: true }).fill(String(minor))
    await this.#pin(page)
    await this.shot(page, 'contactless-charge', { fullPage: true })
    await page.getByRole('button', { name: words('tap.charge.button', { amount: yen(minor) }), exact: true }).click()
    await page.getByText(words('tap.charge.done'), { exact: true }).first().waitFor()
    await this.shot(page, 'contactless-charged', { fullPage: true })
    await page.close()
  }

  /** Holds the card to the reader for what waits to be written to it. */
  async collect(id) {
    const page = await this.contactless(id)
    await page.getByRole('button', { name: words('tap.read'), exact: true }).click()
    const button = page.getByRole('button', { name: words('tap.collect'), exact: true })
    await button.waitFor()
    await this.shot(page, 'contactless-waiting', { fullPage: true })
    await button.click()
    // The button itself is gone while the card is held; what waits, once the card has it.
    await page.locator('#waiting').waitFor({ state: 'detached' })
    await this.shot(page, 'contactless-collected', { fullPage: true })
    await page.close()
  }

  /** Lets the contactless card pay the order that the window asks about: reads it first, unless that was done a moment ago. */
  async payWithContactless(approval) {
    await this.payWith(approval, new RegExp(`^${CONTACTLESS}`))
    const read = approval.getByRole('button', { name: words('approve.tap.read.button'), exact: true })
    const balance = approval.getByText(words('approve.tap.balance', { amount: '' }).split(':')[0], { exact: false }).first()
    await read.or(balance).waitFor()
    if (await read.isVisible()) {
      await this.shot(approval, 'approve-contactless-unread')
      await read.click()
    }
    await balance.waitFor()
  }

  #pin(page) {
    return page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
  }
}
