// Two wallets pay each other with their networks off, one buys a drink of a machine, both tell their bank; and somebody
// who copied his card and spent the same twice is named, by two signatures of his own.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditBank, judgeProof } from '../lib/audit.mjs'
import { BankCustomer } from '../lib/bank-customer.mjs'
import { wholeConsole } from '../lib/console.mjs'
import { Stop, say, step } from '../lib/say.mjs'
import { AIKO } from '../lib/shopper.mjs'
import { VendingMachine } from '../lib/vending-machine.mjs'

const KENJI = { ...AIKO, name: 'Kenji Mori', telephone: '+81 3 5550 0157' }
const REN = { ...AIKO, name: 'Ren Kobayashi', telephone: '+81 3 5550 0163' }
const GIVEN = 1_500
const COPIED = 2_000
const PATIENCE_MS = 60_000

/** Plays it; nothing is sent by a courier. */
export async function play(parties, shots) {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-copied-'))
  const all = []
  const open = async (person, options = {}) => {
    const holder = await BankCustomer.start(parties, { shots: join(shots, person.name.split(' ')[0].toLowerCase()), person, ...options })
    all.push(holder)
    return holder
  }
  try {
    const aiko = await open(AIKO)
    const kenji = await open(KENJI)
    await step('Aiko: a wallet, an account at a bank, ¥10,000 in the purse', () => richBy(aiko, 10_000))
    await step('Kenji: a wallet and an account, and an empty purse', () => richBy(kenji, 0))
    await network([aiko, kenji], false)
    await step(`No network in either: Aiko pays Kenji ¥${GIVEN.toLocaleString('en')}`, () => pay(aiko, kenji, GIVEN))
    await step('Still none: Kenji buys a tea of a machine with it', () => drink(parties, kenji, join(shots, 'machine')))
    await network([aiko, kenji], true)
    await step('The network is back: Kenji tells the bank what happened', () => kenji.synchronise())
    await step('Ren copies his card, and pays both with the same ¥2,000', () => spendTwice({ open, folder, payees: [aiko, kenji] }))
    const sentence = await step('Both tell the bank, which names him', () => named(parties, [aiko, kenji], shots))
    say(sentence)
    say(await step('Having the bank audited', () => auditBank(parties)))
  } finally {
    for (const holder of all) await holder.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

const network = (holders, on) => Promise.all(holders.map(({ context }) => context.setOffline(!on)))

async function richBy(holder, yen) {
  await holder.enrol()
  await holder.openBankAccount()
  if (!yen) return
  await holder.deposit(yen)
  await holder.move('load', yen)
}

/** The one pays what the other asks for; each sees of the other only a text. */
async function pay(payer, payee, yen) {
  const payment = await payer.payPurse(await payee.askForPayment(yen))
  await payer.settlePayment(await payee.answerPayment(payment))
}

async function drink(parties, holder, shots) {
  const machine = await VendingMachine.start(parties, { shots })
  try {
    const answer = await machine.pay(await holder.payPurse(await machine.order('sencha')))
    await holder.settlePayment(answer)
    await machine.takeDrink()
  } finally {
    await machine.close()
  }
}

/** He keeps his browser's whole folder, pays out of the one, and pays out of the other what is in it still. */
async function spendTwice({ open, folder, payees }) {
  const [own, copy] = ['own', 'copy'].map(name => join(folder, name))
  const ren = await open(REN, { profile: own })
  await richBy(ren, COPIED)
  await ren.close()
  cpSync(own, copy, { recursive: true })
  for (const [profile, payee] of [
    [own, payees[0]],
    [copy, payees[1]],
  ]) {
    const again = await open(REN, { profile })
    await again.unlock()
    await network([again, payee], false)
    await pay(again, payee, COPIED)
    await network([again, payee], true)
    await again.close()
  }
}

/** Both payees are credited; the bank's console has the alert with the proof, which a program of nobody's judges. */
async function named(parties, payees, shots) {
  for (const payee of payees) await payee.synchronise()
  const bank = parties.domain('bank')
  const [{ proof }] = await until(async () => (await wholeConsole(parties, bank)).alerts.filter(({ alert }) => alert === 'spent-twice'))
  const [payee] = payees
  const console = await payee.openPage(`${parties.url('bank')}/console`)
  await console.getByRole('button', { name: 'Save the proof' }).first().scrollIntoViewIfNeeded()
  await console.screenshot({ path: join(shots, 'bank-alert.png'), fullPage: true })
  await console.close()
  return judgeProof(parties, proof)
}

async function until(look) {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const found = await look()
    if (found.length > 0) return found
    if (Date.now() > end) throw new Stop('The bank has named nobody within a minute.')
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}
