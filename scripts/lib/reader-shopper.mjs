// A person who pays with a card in a reader: the virtual card behind a software USB device.
import { Shopper, words } from './shopper.mjs'

/**
 * Gives the new card in the reader its PIN, on the page of readers of this shopper's wallet; resolves to its PUK.
 *
 * @param {Shopper} shopper
 * @param {string} pin
 */
export async function prepareCardInReader(shopper, pin) {
  const readers = await shopper.openPage(shopper.walletUrl('readers'))
  await readers.getByLabel(words('readers.card.pin'), { exact: true }).fill(pin)
  await readers.getByLabel(words('onboarding.pin.again')).fill(pin)
  await shopper.shot(readers, 'readers-new-card', { fullPage: true })
  await readers.getByRole('button', { name: words('readers.card.prepare') }).click()
  const puk = await shopper.keepPuk(readers)
  await readers.getByText(words('readers.card.accounts.none')).waitFor()
  await shopper.shot(readers, 'readers-card-prepared', { fullPage: true })
  await readers.close()
  return puk
}

export class ReaderShopper extends Shopper {
  /** Of the card in the reader. */
  readerPin = '719364'

  /** Gives the new card in the reader its PIN, on the page of readers; resolves to its PUK. */
  prepareReaderCard() {
    return prepareCardInReader(this, this.readerPin)
  }

  /** Gets another card from an issuer, with keys that the card in the reader makes. */
  async addCardInReader(issuer) {
    const onboarding = await this.openAccount(issuer)
    await onboarding.getByRole('radio', { name: words('place.pick.reader') }).check()
    await onboarding.getByLabel(words('approve.pin.reader'), { exact: true }).fill(this.readerPin)
    await this.shot(onboarding, 'add-card-in-reader', { fullPage: true })
    await onboarding.getByRole('button', { name: words('add.button') }).click()
    await this.keepSheet(onboarding)
    await onboarding.getByText(words('onboarding.done.title'), { exact: true }).first().waitFor()
    await this.shot(onboarding, 'add-card-in-reader-ready', { fullPage: true })
    await onboarding.close()
  }

  /** A wallet with an account of one issuer in the browser, and one of `issuer` on the card in the reader. */
  async enrolInReader(issuer) {
    await this.enrol()
    const puk = await this.prepareReaderCard()
    await this.addCardInReader(issuer)
    return puk
  }

  /** Types the PIN of the card in the reader and approves. */
  approveInReader(approval, pin = this.readerPin) {
    return this.approve(approval, pin, words('approve.pin.reader'))
  }
}
