// A person with an account at a bank and a purse in the card, as a program.
import { wholeConsole } from './console.mjs'
import { Shopper, words } from './shopper.mjs'

/** The password with which Aiko could block a lost purse. */
const PASSWORD = 'nine brown owls in the cedar'
const ADDRESS = '4-1-1 Nakano, Nakano-ku, Tokyo'
/** What she has moved from outside onto the new account, in yen. */
const DEPOSIT_MINOR = 50_000

export class BankCustomer extends Shopper {
  /** Opens the account at the ordinary bank outside that the new bank will ask about; resolves to its IBAN. */
  async openOutside() {
    const page = await this.openPage(this.parties.url('banking-system'))
    await page.getByLabel('Name').fill(this.person.name)
    const asked = page.waitForRequest(request => request.url().endsWith('/v1/accounts'))
    await page.getByRole('button', { name: 'Open account' }).click()
    await page.locator('.iban').waitFor()
    await this.shot(page, 'outside-account', { fullPage: true })
    const iban = (await page.locator('.iban').textContent()).replaceAll(' ', '')
    this.outside = { iban, key: (await asked).postDataJSON().key }
    await page.close()
    return iban
  }

  /** Fills in what a bank wants to know and asks for the account; resolves to the page. */
  async register(iban) {
    const page = await this.openPage(this.walletUrl('bank-opening'))
    await page.setViewportSize({ width: 460, height: 720 })
    await page.getByLabel(words('opening.name'), { exact: true }).fill(this.person.name)
    await page.getByLabel(words('opening.address'), { exact: true }).fill(ADDRESS)
    await page.getByLabel(words('address.telephone'), { exact: true }).fill(this.person.telephone)
    await page.getByLabel(words('opening.iban'), { exact: true }).fill(iban)
    await page.getByLabel(words('opening.password'), { exact: true }).fill(PASSWORD)
    await this.shot(page, 'bank-registration', { fullPage: true })
    await page.getByRole('button', { name: words('opening.ask') }).click()
    return page
  }

  /** Opens an account with its purse, from the form to the empty purse. */
  async openBankAccount() {
    const page = await this.register(await this.openOutside())
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(page, 'bank-keys', { fullPage: true })
    await page.getByRole('button', { name: words('opening.keys.button') }).click()
    await page.getByRole('heading', { name: words('opening.done') }).waitFor()
    await this.shot(page, 'bank-opened', { fullPage: true })
    await page.close()
  }

  /** Pays from the account outside onto the new one, and waits until the bank has read that in its statement. */
  async deposit(minor = DEPOSIT_MINOR) {
    const bank = this.parties.domain('bank')
    const [{ iban: to }] = (await this.parties.fetch(bank, '/v1/paying-in')).json()
    const [account] = (await this.view()).accounts
    const text = account.end.replace(/^\D+/, '')
    const body = { ...this.outside, to, amount: minor, text, reference: crypto.randomUUID().slice(0, 18) }
    const answer = await this.parties.fetch(this.parties.domain('banking-system'), '/v1/transfers', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (answer.status !== 200) throw new Error(`The transfer was answered by ${answer.status}: ${answer.text()}`)
    await this.untilBooked(minor)
  }

  /** Waits until an account at the bank holds that much. */
  async untilBooked(minor) {
    for (let tries = 0; tries < 60; tries += 1) {
      const { balances } = await wholeConsole(this.parties, this.parties.domain('bank'))
      if (balances.some(({ account, balance }) => account.kind === 'holder' && balance.minor >= minor)) return
      await new Promise(resolve => setTimeout(resolve, 500))
    }
    throw new Error('What was paid in did not come onto the account within half a minute.')
  }

  /** The page of the purse, with one of its acts open. */
  async purse(act = '') {
    const [purse] = (await this.view()).purses
    const page = await this.openPage(`${this.walletUrl('purse')}#${purse.id}${act && `/${act}`}`)
    await page.setViewportSize({ width: 460, height: 720 })
    return page
  }

  /** Moves an amount between account and purse: `load` or `unload`. */
  async move(act, yen) {
    const page = await this.purse(act)
    await page.getByLabel(words('move.amount'), { exact: true }).fill(String(yen))
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(page, `purse-${act}`, { fullPage: true })
    await page.getByRole('button', { name: new RegExp(`^${words(`move.${act}.button`, { amount: '' }).trim()}.*\\d`) }).click()
    await page.getByRole('navigation', { name: words('purse.acts') }).waitFor()
    await this.shot(page, `purse-after-${act}`, { fullPage: true })
    await page.close()
  }

  /** Opens the wallet of a browser that was started again. */
  async unlock() {
    const page = await this.openPage(this.walletUrl('purse'))
    await page.getByLabel(words('unlock.passphrase'), { exact: true }).fill(this.person.passphrase)
    await page.getByRole('button', { name: words('action.unlock'), exact: true }).click()
    await page.getByRole('heading', { name: words('unlock.title') }).waitFor({ state: 'detached' })
    await page.close()
  }

  /** Asks another purse to pay so much; resolves to the text that is shown to whoever pays. */
  async askForPayment(yen) {
    const page = await this.purse()
    await page.getByRole('button', { name: words('between.ask'), exact: true }).click()
    await page.getByLabel(words('between.amount'), { exact: true }).fill(String(yen))
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await page.getByRole('button', { name: words('between.ask.button'), exact: true }).click()
    return this.#textFor(page, 'between-asked')
  }

  /** Pays what another purse asks for, or `yen` if it leaves that open, from the purse or from the prepaid card; resolves to the
   *  text that is shown to it. */
  async payPurse(request, yen = 0, from = 'purse') {
    const page = await this.purse()
    await this.#paste(page, request)
    if (from === 'prepaid') {
      await page.getByRole('button', { name: `${words('action.change')} ${words('move.from')}`, exact: true }).click()
      await page.getByRole('radio', { name: new RegExp(words('end.prepaid.own'), 'i') }).click()
      await page.getByText(words('between.prepaid'), { exact: true }).waitFor()
    }
    if (yen) await page.getByLabel(words('move.amount'), { exact: true }).fill(String(yen))
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(page, 'between-pay', { fullPage: true })
    await page.getByRole('button', { name: new RegExp(`^${words('between.pay.button', { amount: '' }).trim()} .*\\d`) }).click()
    return this.#textFor(page, 'between-paid')
  }

  /** Takes what another purse pays, or refuses it; resolves to the answer that is shown to it. */
  async answerPayment(payment, takes = true) {
    const page = await this.purse()
    await this.#paste(page, payment)
    return this.takeShown(page, takes)
  }

  /** The same, once its page has read the payment. */
  async takeShown(page, takes = true) {
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(page, takes ? 'between-take' : 'between-refuse', { fullPage: true })
    const name = takes ? new RegExp(`^${words('between.take.button', { amount: '' }).trim()} .*\\d`) : words('between.refuse')
    await page.getByRole('button', { name }).click()
    return this.#textFor(page, takes ? 'between-taken' : 'between-refused')
  }

  /** Takes up the answer of a purse that was paid. */
  async settlePayment(answer) {
    const page = await this.purse()
    await this.#paste(page, answer)
    await page.getByRole('button', { name: words('between.ask'), exact: true }).waitFor()
    await this.shot(page, 'between-settled', { fullPage: true })
    await page.close()
  }

  /** Puts a text of another wallet before this one. */
  async #paste(page, text) {
    await page.getByRole('button', { name: words('between.take'), exact: true }).click()
    await page.getByLabel(words('between.paste'), { exact: true }).fill(text)
    await page.getByRole('button', { name: words('between.look'), exact: true }).click()
  }

  async #textFor(page, shot) {
    await page.getByRole('button', { name: words('between.ask'), exact: true }).waitFor()
    const shown = page.getByRole('region', { name: words('between.text.label'), exact: true }).first()
    const text = (await shown.textContent()).trim()
    await this.shot(page, shot, { fullPage: true })
    await page.close()
    return text
  }

  /** The page of the first prepaid card, with one of its acts open. */
  async prepaid(act = '') {
    const [card] = (await this.view()).prepaid
    const page = await this.openPage(`${this.walletUrl('prepaid')}#${card.id}${act && `/${act}`}`)
    await page.setViewportSize({ width: 460, height: 720 })
    return page
  }

  /** Gets an empty prepaid card from the bank of the account, by way of the purse's page. */
  async getPrepaid() {
    const page = await this.purse()
    await page.getByRole('link', { name: words('prepaid.get'), exact: true }).click()
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(page, 'prepaid-get', { fullPage: true })
    await page.getByRole('button', { name: words('prepaid.get.button'), exact: true }).click()
    await page.getByRole('navigation', { name: words('prepaid.acts') }).waitFor()
    await page.close()
  }

  /** Moves an amount between account and prepaid card: `load` or `unload`. */
  async movePrepaid(act, yen) {
    const page = await this.prepaid(act)
    await page.getByLabel(words('move.amount'), { exact: true }).fill(String(yen))
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await page.getByRole('button', { name: new RegExp(`^${words(`move.${act}.button`, { amount: '' }).trim()}.*\\d`) }).click()
    await page.getByRole('navigation', { name: words('prepaid.acts') }).waitFor()
    await this.shot(page, `prepaid-after-${act}`, { fullPage: true })
    await page.close()
  }

  /** Takes what waits at the bank into the purse, once the bank has heard of it; resolves to what is in the purse then. */
  async takeWaiting() {
    const [{ amount_minor: before }] = (await this.view()).purses
    for (let tries = 0; tries < 10; tries++) {
      await this.synchronise()
      const [{ amount_minor: now }] = (await this.view()).purses
      if (now > before) return now
    }
    throw new Error('Nothing has come to the purse.')
  }

  /** Opens a fold of a page by its name. */
  async unfold(page, name) {
    await page
      .locator('summary')
      .filter({ hasText: words(name) })
      .click()
  }

  /** Gives the purse a new key before its end is near, for the fee that the bank says. */
  async renewKey() {
    const page = await this.purse()
    await this.unfold(page, 'purse.more')
    await page.getByRole('button', { name: words('purse.renew'), exact: true }).click()
    await page.getByRole('button', { name: /¥/ }).last().waitFor()
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(page, 'purse-renew', { fullPage: true })
    await page.getByRole('button', { name: new RegExp(`^${words('purse.renew.for', { amount: '' }).trim()}`) }).click()
    await page.getByLabel(words('add.pin'), { exact: true }).waitFor({ state: 'detached' })
    await this.shot(page, 'purse-renewed', { fullPage: true })
    await page.close()
  }

  /** Closes the empty purse. */
  async closePurse() {
    const page = await this.purse()
    await this.unfold(page, 'purse.close')
    await page.getByRole('button', { name: words('purse.close'), exact: true }).click()
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(page, 'purse-close', { fullPage: true })
    await page.getByRole('button', { name: words('purse.close'), exact: true }).click()
    await page.getByRole('heading', { name: words('purse.closed') }).waitFor()
    await this.shot(page, 'purse-closed', { fullPage: true })
    await page.close()
  }

  /** Closes the account, whose purse is closed; resolves to what was paid out, in minor units. */
  async closeAccount() {
    const page = await this.purse()
    await page.getByRole('button', { name: words('account.close'), exact: true }).click()
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await this.shot(page, 'account-close', { fullPage: true })
    await page.getByRole('button', { name: words('account.close'), exact: true }).click()
    await page.getByText(words('purse.account'), { exact: true }).waitFor({ state: 'detached' })
    await this.shot(page, 'account-closed', { fullPage: true })
    await page.close()
    const [closed] = (await this.view()).closed_accounts
    return closed.paid_out_minor
  }

  /** Brings the purse and its bank together. */
  async synchronise() {
    const page = await this.purse()
    await page.getByText(words('purse.more'), { exact: true }).click()
    await page
      .getByRole('button', { name: words('purse.report') })
      .first()
      .click()
    await page.getByLabel(words('add.pin'), { exact: true }).fill(this.person.pin)
    await page
      .getByRole('button', { name: words('purse.report') })
      .last()
      .click()
    await page.getByLabel(words('add.pin'), { exact: true }).waitFor({ state: 'detached' })
    await page.close()
  }

  /** Opens the account at the bank's own page, as from any device: its number typed from the wallet, and the password. */
  async logIn(password = PASSWORD) {
    const [account] = (await this.view()).accounts
    const page = await this.openPage(`${this.parties.url('bank')}/account`)
    await page.getByLabel('Account number', { exact: true }).fill(account.end.replace(/^\D+/, ''))
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    return page
  }

  /** Blocks the account's first purse at the bank's page, which is open. */
  async blockPurse(page) {
    await page.getByRole('button', { name: 'Block this purse' }).click()
    await this.shot(page, 'bank-page-block', { fullPage: true })
    await page.getByRole('button', { name: 'Block it', exact: true }).click()
    await page.getByText('The purse is blocked.').waitFor()
  }
}
