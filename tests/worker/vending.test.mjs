// A vending machine on workerd: its purse is opened at the bank by its dealer's command, it asks for its prices, turns
// away what it did not ask for, and is the same machine after a restart. That it sells is shown with a wallet, in
// tests/e2e/vending.test.mjs.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { wholeConsole } from '../../scripts/lib/console.mjs'
import { frontOf, openMachine } from '../../scripts/lib/dealer.mjs'
import { operatorOf } from '../../scripts/lib/operator.mjs'
import { startParties } from '../../scripts/lib/parties.mjs'
import { map, message } from '../support/messages.mjs'
import { emptyFolder } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'
import { settleInto } from '../support/settled.mjs'

const MACHINE = 'ichiba.localhost'
/** The number of a sealed-local-payment: docs/messages.cddl. */
const SEALED_LOCAL_PAYMENT = 173

const persist = emptyFolder()
let parties

before(async () => {
  await settleInto(persist)
  parties = await startParties({ port: 0, persist })
})
after(() => parties.stop())

const post = (path, body) =>
  parties.fetch(MACHINE, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const choose = product => post('/v1/choices', { product })
const insert = text => post('/v1/payments', { text })
const consoleOf = domain => wholeConsole(parties, domain)

test('a machine without a purse shows what it will sell, and sells nothing', async () => {
  const front = await frontOf(parties)
  assert.equal(front.state, 'unopened')
  assert.deepEqual(front.products[0], { id: 'sencha', name: 'Cold sencha', price_minor: 150 })
  assert.deepEqual([front.currency, front.bank], ['JPY', 'midori-bank.localhost'])
  assertProblem(await choose('sencha'), 503, 'starting')
  assertProblem(await choose('sake'), 404, 'not-found')
})

test('t004_16 v1 its purse is opened at the bank by the command of its dealer', async () => {
  await openMachine(parties)
  const { purses } = await consoleOf('midori-bank.localhost')
  assert.equal(purses.length, 1)
  const command = await operatorOf(parties, { role: 'vending', domain: MACHINE })
  await assert.rejects(command('set-up-purse', { iban: 'GB82 WEST 1234 5698 7654 32' }), /409/)
})

test('t004_16 v1 whoever chooses the same is asked by the same text, until somebody pays', async () => {
  const first = (await choose('sencha')).json()
  assert.equal(first.amount_minor, 150)
  assert.match(first.text, /^TALLY-ASK-1\.[\w-]+$/)
  assert.deepEqual((await choose('sencha')).json(), first)
  const other = (await choose('coffee')).json()
  assert.equal(other.amount_minor, 130)
  assert.notEqual(other.text, first.text)
})

test('t004_40 a payment that was not asked for buys nothing, and the dealer sees it once', async () => {
  const sealed = map(randomBytes(32), randomBytes(400))
  const stray = `TALLY-PAY-1.${message(SEALED_LOCAL_PAYMENT, randomBytes(8), sealed).toString('base64url')}`
  for (const text of [stray, ` ${stray}\n`]) {
    const answer = await insert(text)
    assert.equal(answer.status, 200, answer.text())
    assert.deepEqual(answer.json(), { outcome: 'refused', reason: 'not-asked' })
  }
  const { improper, sales } = await consoleOf(MACHINE)
  assert.equal(improper.length, 1)
  assert.deepEqual([improper[0].reason, improper[0].times], ['not-asked', 2])
  assert.equal(sales.length, 0)
})

test('what is no payment is none, and nobody is blamed for it', async () => {
  const { text } = (await choose('sencha')).json()
  for (const none of ['', 'TALLY-PAY-1.', text, 'TALLY-GOT-1.AAAA', 'x'.repeat(10_000)]) assertProblem(await insert(none), 400)
  assert.equal((await consoleOf(MACHINE)).improper.length, 1)
})

test('after a restart it is the same machine, with the same purse and the same request', async () => {
  const { text } = (await choose('sencha')).json()
  await parties.stop()
  parties = await startParties({ port: 0, persist })
  assert.equal((await frontOf(parties)).state, 'selling')
  assert.equal((await choose('sencha')).json().text, text)
})

test('of what opened the purse only its passphrase and its PIN are kept, sealed', async () => {
  const secrets = await parties.sql('vending', "SELECT name FROM secrets WHERE name LIKE 'vending-%' ORDER BY name")
  assert.deepEqual(
    secrets.map(({ name }) => name),
    ['vending-passphrase', 'vending-pin'],
  )
})
