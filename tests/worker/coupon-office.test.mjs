// A coupon office on workerd: its key for coupons is certified in a role of its own, it opens campaigns by its operator's command,
// judges what it is shown, and hears nobody whom it should not. What holders do is shown natively, in
// crates/parties/tests/coupon_office.
import assert from 'node:assert/strict'
import { X509Certificate, createHash, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { wholeConsole } from '../../scripts/lib/console.mjs'
import { operatorOf } from '../../scripts/lib/operator.mjs'
import { startParties } from '../../scripts/lib/parties.mjs'
import { message } from '../support/messages.mjs'
import { emptyFolder } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'
import { settleInto } from '../support/settled.mjs'

const OFFICE = 'warifu.localhost'
/** Numbers of messages: docs/messages.cddl. */
const COUPON = 183
const COUPON_VERIFICATION = 197
const GATEWAY_MESSAGE = 206
/** The role of a key for coupons, as a certificate names it (1.3.6.1.4.1.58888.1.12). */
const COUPON_OFFICE = /\.1\.12$/
const CAMPAIGN = {
  party: 'kiso-tea.localhost',
  amount: '100',
  count: '5',
  each: '1',
  budget: '500',
  days: '30',
  minimum: '0',
  once: '0',
  condition: 'tea',
}

const persist = emptyFolder()
let parties

before(async () => {
  await settleInto(persist)
  parties = await startParties({ port: 0, persist })
})
after(() => parties.stop())

const post = (path, body, type = 'application/cbor') =>
  parties.fetch(OFFICE, path, { method: 'POST', headers: { 'content-type': type }, body })
const certificate = async () => (await parties.fetch(OFFICE, '/v1/coupons.cer')).body

test('t001_6 its key for coupons is certified in a role of its own, on P-256', async () => {
  const read = new X509Certificate(await certificate())
  assert.equal(read.publicKey.asymmetricKeyDetails.namedCurve, 'prime256v1')
  assert.match(read.keyUsage.join(' '), COUPON_OFFICE)
  assert.match(read.subject, /Warifu Coupons/)
})

test('a campaign is opened by its operator’s command, with its budget', async () => {
  const command = await operatorOf(parties, { role: 'coupon-office', domain: OFFICE })
  await command('open-campaign', CAMPAIGN)
  const { campaigns, balances } = await wholeConsole(parties, OFFICE)
  assert.equal(campaigns.length, 1)
  assert.equal(campaigns[0].shop, 'kiso-tea.localhost')
  assert.ok(balances.some(({ account, balance }) => account.kind === 'campaign' && balance.minor === 500))
  await assert.rejects(command('open-campaign', { ...CAMPAIGN, count: '0' }), /400/)
})

test('links of a campaign are issued by a list that was sent, and count as issued', async () => {
  const command = await operatorOf(parties, { role: 'coupon-office', domain: OFFICE })
  const { campaigns } = await wholeConsole(parties, OFFICE)
  const [{ campaign, condition }] = campaigns
  assert.equal(condition, 'tea')
  const claims = randomBytes(3 * 32)
  const path = `/v1/console/campaigns/${campaign}/links`
  const sent = (await post(path, claims, 'application/octet-stream')).json()
  assert.deepEqual(sent.states, ['new', 'new', 'new'])
  assert.equal(sent.list, createHash('sha256').update(claims).digest('hex'))
  await command('issue-links', { campaign, list: sent.list })
  const after = await wholeConsole(parties, OFFICE)
  assert.deepEqual(after.campaigns[0].issued, { of: 3, most: 5 })
  assert.equal(after.campaigns[0].budget.minor, 200)
  await assert.rejects(command('issue-links', { campaign, list: sent.list }), /409/)
  const file = (await parties.fetch(OFFICE, path)).text()
  assert.equal(file.split('\r\n').filter(line => line.includes(',waiting,')).length, 3)
  assertProblem(await post(path, claims.subarray(1), 'application/octet-stream'), 400)
})

test('what is no coupon of this office is said to be none, for the question’s nonce', async () => {
  const none = message(COUPON, randomBytes(90), randomBytes(90), randomBytes(90))
  const nonce = randomBytes(32)
  const answer = await post('/v1/coupon-verifications', message(COUPON_VERIFICATION, none, nonce))
  assert.equal(answer.status, 200, answer.text())
  const shown = createHash('sha256').update(none).digest()
  assert.ok(answer.body.includes(shown) && answer.body.includes(nonce))
  assertProblem(await post('/v1/coupon-verifications', Buffer.from('no')), 400)
})

test('the demo’s shop says on its form whose coupons it takes, and which conditions an order of tea meets', async () => {
  const body = JSON.stringify({ items: [{ sku: 'sencha-100', quantity: 1 }] })
  const headers = { 'content-type': 'application/json' }
  const form = await parties.fetch('kiso-tea.localhost', '/v1/forms', { method: 'POST', headers, body })
  assert.equal(form.status, 200, form.text())
  // Number 9 of the form: the offices, how many, which pays first, which go together, the conditions, what is given back first.
  const rule = Buffer.concat([
    Buffer.from('09a60081', 'hex'),
    Buffer.from([0x70]),
    Buffer.from(OFFICE),
    Buffer.from('010302010301048163746561', 'hex'),
    Buffer.from('0501', 'hex'),
  ])
  assert.ok(form.body.includes(rule), form.body.toString('hex'))
})

test('t001_25 without a shared secret no gateway is heard', async () => {
  const said = message(GATEWAY_MESSAGE, undefined, randomBytes(40), randomBytes(32))
  assertProblem(await post('/v1/gateway-requests', said), 401)
})

test('what no holder sealed opens to nobody', async () => {
  assertProblem(await post('/v1/coupon-transfers', Buffer.from('no')), 400)
  assertProblem(await post('/v1/coupon-presentations', Buffer.from('no'), 'application/cose'), 400)
})

test('after a restart it is the same office with the same key', async () => {
  const before = await certificate()
  await parties.stop()
  parties = await startParties({ port: 0, persist })
  assert.deepEqual(await certificate(), before)
  assert.equal((await wholeConsole(parties, OFFICE)).campaigns.length, 1)
})
