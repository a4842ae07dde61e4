// Others' libraries judge our ISO 20022: what we write they validate by ISO's schemas and read as it was meant, and
// what they write we read as it was meant.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findJudge, ours } from '../../scripts/lib/iso20022.mjs'

const { judge, missing } = await findJudge()
const skip = missing ?? false

const AIKO = { name: "Aiko O'Tanaka (Tokyo)", iban: 'GB29NWBK60161331926819' }
const SAKURA = { name: 'sakura-bank.localhost', iban: 'DE89370400440532013000' }
/** In each currency the smallest amount, one with all its places, and the largest that is booked. */
const AMOUNTS = { JPY: [1, 1205, 9007199254740], EUR: [1, 1205, 120000, 9007199254740], USD: [5, 50, 1000000000001] }

const instructions = currency =>
  AMOUNTS[currency].map((minor, place) => ({
    end_to_end: `FEE-2026/${currency}-${place}`.padEnd(35, '0'),
    minor,
    currency,
    ...AIKO,
    remittance: 'Account management charge, 2026 (year 1): + 3',
  }))

const order = currency => ({ message: `MSG-${currency}`, on: '2026-11-27', own: SAKURA, instructions: instructions(currency) })
const withMandates = said => ({
  ...said,
  instructions: said.instructions.map(one => ({ ...one, mandate: { id: 'MANDATE-1', signed_on: '2024-02-29' } })),
})
const counted = said => ({ ...said, count: said.instructions.length })

const statement = (currency, account = SAKURA.iban) => {
  const entries = AMOUNTS[currency].map((minor, place) => ({
    reference: `KTSN${place}`,
    end_to_end: `FEE-${place}`,
    minor,
    direction: place % 2 ? 'out' : 'in',
    on: '2026-11-27',
    other: AIKO.name,
    other_account: AIKO.iban,
    remittance: 'Account management charge',
  }))
  const opening = -77
  const closing = entries.reduce((sum, { minor, direction }) => sum + (direction === 'in' ? minor : -minor), opening)
  return { account, currency, opening, closing, entries }
}

describe('ISO 20022', () => {
  for (const currency of Object.keys(AMOUNTS)) {
    it(`our credit transfers in ${currency} are valid and read as they were meant`, { skip }, async () => {
      const said = order(currency)
      assert.deepEqual(await judge.read('pain.001', await ours.write('pain.001', said)), counted(said))
    })

    it(`our direct debits in ${currency} are valid and read as they were meant`, { skip }, async () => {
      const said = withMandates(order(currency))
      assert.deepEqual(await judge.read('pain.008', await ours.write('pain.008', said)), counted(said))
    })

    it(`our statements in ${currency} are valid and read as they were meant`, { skip }, async () => {
      const said = statement(currency)
      assert.deepEqual(await judge.read('camt.053', await ours.write('camt.053', said)), said)
    })

    it(`our statements in ${currency} of an account without IBAN are valid and read as they were meant`, { skip }, async () => {
      const said = statement(currency, '8999900000000007')
      assert.deepEqual(await judge.read('camt.053', await ours.write('camt.053', said)), said)
    })

    it(`others' statements in ${currency} we read as they were meant`, { skip }, async () => {
      const said = statement(currency)
      const written = await judge.write('camt.053', said)
      assert.match(written, /<iso:Document /)
      assert.deepEqual(await ours.read('camt.053', written), said)
    })

    it(`others' credit transfers in ${currency} we read as they were meant`, { skip }, async () => {
      const said = order(currency)
      assert.deepEqual(await ours.read('pain.001', await judge.write('pain.001', said)), counted(said))
    })
  }

  it('our reports are read as they were meant', { skip }, async () => {
    const statuses = [
      { end_to_end: 'A', reason: null },
      { end_to_end: 'B', reason: 'AM04' },
    ]
    const report = { message: 'MSG-1', message_kind: 'pain.001.001.09', statuses }
    const judged = of => judge.read('pain.002', of)
    const read = await judged(await ours.write('pain.002', report))
    const expected = statuses.map(one => ({ ...one, status: one.reason ? 'RJCT' : 'ACSC' }))
    assert.deepEqual(read, { ...report, group: 'PART', statuses: expected })
  })

  it('the judges refuse what breaks a schema, and we refuse what does not add up', { skip }, async () => {
    const transfers = await ours.write('pain.001', order('EUR'))
    for (const broken of [
      transfers.replace('<PmtMtd>TRF</PmtMtd>', '<PmtMtd>DD</PmtMtd>'),
      transfers.replace('<Cdtr>', '<Creditor>').replace('</Cdtr>', '</Creditor>'),
      transfers.replace('Ccy="EUR">0.01<', 'Ccy="EUR">0.000001<'),
      transfers.replace(/<DbtrAgt>.*<\/DbtrAgt>/, ''),
    ]) {
      assert.notEqual(broken, transfers)
      await assert.rejects(judge.read('pain.001', broken), /could not read pain\.001/)
    }
    const written = await judge.write('camt.053', { ...statement('EUR'), closing: 1 })
    await assert.rejects(ours.read('camt.053', written), error => /adds up to/.test(error.details))
  })
})
