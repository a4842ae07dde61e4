// Two people with one card, as programs: whoever leaves it at home in its reader and lends it, and whoever is away and buys with it.
import { ReaderShopper } from './reader-shopper.mjs'
import { words } from './shopper.mjs'

/** With both of them, and with neither alone, the card at home signs for whoever is away. */
export const FIRST = 'low tide at the third pier'
export const SECOND = 'eleven paper lanterns'
const NAME = 'Travel laptop'
/** The window of a page that is looked at. */
const PAGE = { width: 640, height: 860 }

export class Lender extends ReaderShopper {
  /** @type {'reader' | 'software' | 'hosted'} Where the card is that stays at home. */
  place = 'reader'

  /** Gets a card at the home proxy, whose PIN is that of this wallet, and moves the one account into it. */
  async hostCard() {
    const page = (this.page = await this.openPage(this.walletUrl('home')))
    await page.setViewportSize(PAGE)
    await page.getByText(words('host.title'), { exact: true }).click()
    const form = button => page.locator('form', { has: page.getByRole('button', { name: words(button), exact: true }) })
    const pin = (where, label) => where.getByLabel(words(label), { exact: true }).fill(this.person.pin)
    await pin(form('host.button'), 'host.pin')
    await pin(form('host.button'), 'onboarding.pin.again')
    await this.shot(page, 'hosting-offered', { fullPage: true })
    await page.getByRole('button', { name: words('host.button'), exact: true }).click()
    await page.getByRole('button', { name: words('onboarding.puk.kept') }).click()
    await page.getByRole('button', { name: /^Move .* there$/ }).click()
    await pin(form('host.move.button'), 'add.pin')
    await pin(form('host.move.button'), 'host.pin')
    await this.shot(page, 'hosting-move', { fullPage: true })
    await page.getByRole('button', { name: words('host.move.button'), exact: true }).click()
    await page.getByText(/revokes the old ones/).waitFor({ state: 'detached' })
    await this.shot(page, 'hosting-moved', { fullPage: true })
    await page.close()
    this.place = 'hosted'
  }

  /** Sets up home; resolves to the page, which stays open. */
  async setUpHome() {
    const page = (this.page = await this.openPage(this.walletUrl('home')))
    await page.setViewportSize(PAGE)
    if (this.place === 'reader') await page.getByRole('radio', { name: words('home.which.reader') }).check()
    await page.getByLabel(words('home.first'), { exact: true }).fill(FIRST)
    await page.getByLabel(words('home.second'), { exact: true }).fill(SECOND)
    await this.#pin()
    await this.shot(page, 'lending-passwords', { fullPage: true })
    await page.getByRole('button', { name: words('home.begin.button'), exact: true }).click()
    await (
      this.place === 'hosted' ? page.getByText(/Nothing is lent\./) : page.getByRole('switch', { name: words('home.switch') })
    ).waitFor()
    return page
  }

  /** Lets another wallet in by its access code; resolves to the invitation for it. */
  async letIn(code) {
    await this.page.getByLabel(words('home.code'), { exact: true }).fill(code)
    await this.page.getByLabel(words('home.terminal.name'), { exact: true }).fill(NAME)
    await this.#pin()
    await this.shot(this.page, 'lending-let-in', { fullPage: true })
    await this.page.getByRole('button', { name: words('home.terminal.let'), exact: true }).click()
    const shown = this.page.getByRole('region', { name: words('home.invitation.label'), exact: true })
    await shown.waitFor()
    await this.shot(this.page, 'lending-invitation', { fullPage: true })
    const invitation = (await shown.textContent()).trim()
    await this.page.getByRole('button', { name: words('action.done'), exact: true }).click()
    return invitation
  }

  /** Lends so many yen for so many orders, at the demo's shop; waits until the other wallet can be reached. */
  async lend(yen, orders) {
    const { page } = this
    await page.getByRole('button', { name: words('home.lend'), exact: true }).click()
    await page.getByLabel(words('home.lend.total'), { exact: true }).fill(String(yen))
    await page.getByLabel(words('home.lend.orders'), { exact: true }).fill(String(orders))
    await page.getByLabel(words('home.lend.shops'), { exact: true }).fill(this.parties.domain('shop'))
    await this.#pin()
    await this.shot(page, 'lending-terms', { fullPage: true })
    await page.getByRole('button', { name: /^Lend ¥/ }).click()
    await page.getByText(this.place === 'hosted' ? /this browser need not be on/ : /^Connected to/).waitFor()
    await this.shot(page, 'lending-lent', { fullPage: true })
  }

  /** Stops the one loan there is. */
  async stopLoan() {
    await this.page.getByRole('button', { name: `${words('home.stop')} ${words('home.stop.which', { who: NAME })}` }).click()
    await this.page.getByText(words('home.loans.none')).waitFor()
  }

  /** Stops everything with one press; resolves to how long the card took to have it, in milliseconds. */
  async stopEverything() {
    const pressed = Date.now()
    await this.page.getByRole('button', { name: words('home.stop.all'), exact: true }).click()
    await this.page.getByText(words('home.stopped')).waitFor()
    return Date.now() - pressed
  }

  async #pin() {
    const label = { reader: 'approve.pin.reader', software: 'add.pin', hosted: 'host.pin' }[this.place]
    await this.page.getByLabel(words(label), { exact: true }).fill(this.place === 'reader' ? this.readerPin : this.person.pin)
  }
}

export class Borrower extends ReaderShopper {
  /** @type {'reader' | 'software'} Where the card is that goes along. */
  place = 'software'

  /** Resolves to the access code, which is taken home. */
  async accessCode() {
    const page = (this.page = await this.openPage(`${this.walletUrl('home')}#away`))
    await page.setViewportSize(PAGE)
    if (this.place === 'reader') await page.getByRole('radio', { name: words('away.which.reader') }).check()
    await page.getByRole('button', { name: words('away.code.show') }).click()
    const shown = page.getByRole('region', { name: words('home.code'), exact: true })
    await shown.waitFor()
    await this.shot(page, 'away-code', { fullPage: true })
    return (await shown.textContent()).trim()
  }

  /** Joins the home that let this wallet in. */
  async join(invitation) {
    this.invitation = invitation
    await this.page.getByLabel(words('away.invitation'), { exact: true }).fill(invitation)
    if (this.place === 'reader') await this.page.getByLabel(words('approve.pin.reader'), { exact: true }).fill(this.readerPin)
    else await this.page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.page.getByRole('button', { name: words('away.join.button'), exact: true }).click()
    await this.page.getByRole('button', { name: words('away.fetch') }).waitFor()
  }

  /** Forgets the home with all that this wallet knows of what it has used, and joins it again. */
  async joinAnew() {
    await this.page.getByRole('button', { name: words('away.leave'), exact: true }).click()
    await this.page.getByText(words('away.leave.sure')).waitFor()
    await this.page.getByRole('button', { name: words('away.leave'), exact: true }).click()
    await this.page.getByRole('heading', { name: words('away.begin') }).waitFor()
    await this.join(this.invitation)
  }

  /** Fetches what is lent now. */
  async fetchLoans() {
    await this.page.getByRole('button', { name: words('away.fetch') }).click()
    await this.page.getByText(words('away.fetched')).waitFor()
    await this.shot(this.page, 'away-lent', { fullPage: true })
  }

  /** Goes the whole way home by those passwords, without buying. */
  async tryHome(first = FIRST, second = SECOND) {
    await this.page.getByText(words('away.try'), { exact: true }).click()
    await this.page.getByLabel(words('home.first'), { exact: true }).fill(first)
    await this.page.getByLabel(words('home.second'), { exact: true }).fill(second)
    await this.page.getByRole('button', { name: words('away.try.button'), exact: true }).click()
  }

  /** Stops everything that the home lends, with one press. */
  async stopEverything() {
    await this.page.getByRole('button', { name: words('home.stop.all'), exact: true }).click()
    await this.page.getByText(words('away.stopped')).waitFor()
    await this.shot(this.page, 'away-stopped', { fullPage: true })
  }

  /** Chooses what is lent in an approval window. */
  async payWithLoan(approval) {
    await approval.getByText(words('approve.with'), { exact: true }).waitFor()
    if (await approval.getByLabel(words('home.first'), { exact: true }).count()) return
    await this.payWith(approval, /, lent/)
  }

  /** Types the two passwords and approves. */
  async approveFromAway(approval) {
    await approval.getByLabel(words('home.second'), { exact: true }).fill(SECOND)
    await this.approve(approval, FIRST, words('home.first'))
  }
}
