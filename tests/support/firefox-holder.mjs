// What a person does in Firefox to have a wallet, and an account with a purse: as scripts/lib does it in Chromium.
import { AIKO, words } from '../../scripts/lib/shopper.mjs'

const PASSWORD = 'nine brown owls in the cedar'

/** Opens an account at the issuer's page and sets the wallet up with it; resolves to the page that did it. */
export async function enrol(firefox, parties, person = AIKO) {
  const issuer = await firefox.openPage(parties.url('issuer'))
  await issuer.type('Your name', person.name)
  await issuer.type('Telephone', person.telephone)
  await issuer.press('button', 'Open account')
  const onboarding = await firefox.opened('/onboarding.html')
  await onboarding.type(words('onboarding.passphrase'), person.passphrase)
  await onboarding.type(words('onboarding.pin'), person.pin)
  await onboarding.type(words('onboarding.pin.again'), person.pin)
  await onboarding.press('button', words('onboarding.create'))
  await onboarding.press('button', words('onboarding.puk.kept'))
  await onboarding.press('button', words('codes.later'))
  await onboarding.type(words('address.name'), person.address.name)
  await onboarding.type(words('address.telephone'), person.address.telephone)
  await onboarding.type(words('address.postal_code'), person.address.postalCode)
  await onboarding.type(words('address.lines'), person.address.lines)
  await onboarding.press('button', words('address.save'))
  await onboarding.shows(words('onboarding.done.title'))
  return onboarding
}

/** Opens an account at the bank, with an empty purse; resolves to the page of the wallet that did it. */
export async function openBankAccount(firefox, parties, walletUrl, person = AIKO) {
  const outside = await firefox.openPage(parties.url('banking-system'))
  await outside.type('Name', person.name)
  await outside.press('button', 'Open account')
  const iban = await outside.showsLike(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,7}\b/)
  const wallet = await firefox.openPage(walletUrl('bank-opening'))
  await wallet.type(words('opening.name'), person.name)
  await wallet.type(words('opening.address'), person.address.lines)
  await wallet.type(words('address.telephone'), person.telephone)
  await wallet.type(words('opening.iban'), iban.replaceAll(' ', ''))
  await wallet.type(words('opening.password'), PASSWORD)
  await wallet.press('button', words('opening.ask'))
  await wallet.type(words('add.pin'), person.pin)
  await wallet.press('button', words('opening.keys.button'))
  await wallet.shows(words('opening.done'))
  return wallet
}
