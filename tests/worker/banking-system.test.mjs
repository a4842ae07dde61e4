// The bank outside on workerd: accounts for whoever asks, everything else for its clients alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientToken } from '../../scripts/lib/secrets.mjs'
import { emptyFolder, openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const BANK = 'kitsune-bank.localhost'
const folder = emptyFolder()
const parties = await openParties({ persist: folder })
const authorization = `Bearer ${clientToken(folder)}`

const post = (path, body, headers = {}) =>
  parties.fetch(BANK, path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })

test('an account is opened once, and its check digits are right', async () => {
  const application = { name: 'Aiko Tanaka', currency: 'JPY', key: 'drawn-by-the-page' }
  const first = (await post('/v1/accounts', application)).json()
  assert.deepEqual((await post('/v1/accounts', application)).json(), first)
  assert.deepEqual(first.balance, { minor: 200_000, currency: 'JPY' })
  const digits = `${first.iban.slice(4)}${first.iban.slice(0, 4)}`.replaceAll(/[A-Z]/g, letter => String(letter.charCodeAt(0) - 55))
  assert.equal(BigInt(digits) % 97n, 1n)
  const another = (await post('/v1/accounts', { ...application, key: 'another' })).json()
  assert.notEqual(another.iban, first.iban)
})

test('a client hears whether somebody can pay, and nobody else does', async () => {
  const { iban, name } = (await post('/v1/accounts', { name: 'Yuki Mori' })).json()
  const check = async question => (await post('/v1/checks', question, { authorization })).json()
  assert.deepEqual(await check({ iban, name }), { outcome: 'ok' })
  const amount = minor => ({ minor, currency: 'JPY' })
  assert.deepEqual(await check({ iban, name, amount: amount(200_000) }), { outcome: 'ok' })
  assert.deepEqual(await check({ iban, name, amount: amount(200_001) }), { outcome: 'refused', reason: 'AM04' })
  assert.deepEqual(await check({ iban, name: 'Mallory Stone' }), { outcome: 'refused', reason: 'BE01' })
  for (const headers of [{}, { authorization: 'Bearer ' }, { authorization: `${authorization}x` }]) {
    assertProblem(await post('/v1/checks', { iban, name }, headers), 401, 'unauthorised')
  }
})

test('a client reads its own accounts and their statements', async () => {
  const own = await parties.fetch(BANK, '/v1/settlement-accounts', { headers: { authorization } })
  assert.deepEqual(
    own.json().map(({ currency, minor }) => [currency, minor]),
    [
      ['JPY', 0],
      ['EUR', 0],
      ['USD', 0],
      ['GBP', 0],
    ],
  )
  const statement = await parties.fetch(BANK, '/v1/statements?from=2026-01-01&currency=EUR', { headers: { authorization } })
  assert.equal(statement.headers['content-type'], 'application/xml')
  assert.match(statement.text(), /^<\?xml .*\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.08">/)
  assert.match(statement.text(), /<Cd>CLBD<\/Cd><\/CdOrPrtry><\/Tp><Amt Ccy="EUR">0\.00<\/Amt>/)
})
