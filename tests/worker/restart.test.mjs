// What a party decided outlives workerd; what an operator forgot keeps it from starting.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { PARTIES, localSecrets } from '../../scripts/lib/secrets.mjs'
import { startParties } from '../../scripts/lib/parties.mjs'
import { emptyFolder, openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'
import { settleInto } from '../support/settled.mjs'

/** As the demo's degrees say: a row more than a degree, for shops, issuers and couriers. */
const MASTER_ROWS = 65 + 17 + 17

test('after a restart every party is who it was', async () => {
  const persist = emptyFolder()
  await settleInto(persist)
  const identities = async parties => Promise.all(PARTIES.map(async ({ domain }) => (await parties.fetch(domain, '/v1/identity')).json()))
  const first = await startParties({ port: 0, persist })
  const before = await identities(first)
  await first.stop()
  const second = await startParties({ port: 0, persist })
  const after = await identities(second)
  await second.stop()
  assert.deepEqual(after, before)
})

test('what was put on the clock is done by the alarm alone, after a restart too', async () => {
  const persist = emptyFolder()
  // The first request to a key centre puts the drawing of its masters on the clock, in a transaction.
  const first = await startParties({ port: 0, persist })
  await first.stop()
  const second = await startParties({ port: 0, persist, waitHealthy: false })
  after(() => second.stop())
  const rows = async () => (await second.sql('key-centre', 'SELECT count(*) AS drawn FROM master_rows'))[0].drawn
  const until = Date.now() + 60_000
  while ((await rows()) < MASTER_ROWS && Date.now() < until) await pause(200)
  assert.equal(await rows(), MASTER_ROWS)
  const waiting = await second.sql('key-centre', "SELECT 1 FROM due WHERE kind = 'drawing'")
  assert.equal(waiting.length, 0, 'and then it is off the clock')
})

test('what a party keeps of its keys is sealed', async () => {
  const persist = emptyFolder()
  const parties = await openParties({ persist })
  const secrets = localSecrets(persist)
  for (const { id } of PARTIES) {
    const sealed = parties.sql(id, 'SELECT name, sealed FROM secrets')
    assert.ok((await sealed).length > 0, id)
    for (const { bytes } of parties.held(id)) {
      assert.equal(bytes.indexOf(Buffer.from(secrets[id].SEALING_KEY, 'hex')), -1)
      // PKCS#8 of an RSA key: version 0, then the rsaEncryption identifier.
      assert.equal(bytes.indexOf(Buffer.from('020100300d06092a864886f70d010101', 'hex')), -1, id)
    }
  }
})

/** Each has its own mistake. */
const wrong = await openParties({
  vars: {
    shop: { ROLE: 'issuer' },
    issuer: { SEALING_KEY: '' },
    courier: { SEALING_KEY: 'my dog Hachi' },
    bank: { SEALING_KEY_BEFORE: 'my dog Hachi' },
    'key-centre': { DOMAIN: '' },
  },
  waitHealthy: false,
})
const elsewhere = { DOMAIN: 'tea.example', ROOTS: 'MIIB', CONSOLE: 'closed', OPEN_ACCOUNTS: 'closed' }
const open = await openParties({
  vars: { shop: { ...elsewhere, CONSOLE: 'open' }, issuer: { ...elsewhere, OPEN_ACCOUNTS: 'open' }, courier: { ...elsewhere, ROOTS: '' } },
  waitHealthy: false,
})

describe('a party does not start', () => {
  const refusal = async (parties, role) => assertProblem(await parties.fetch(parties.domain(role), '/health'), 500).detail
  test('when ROLE is not the role of its build', async () => {
    assert.match(await refusal(wrong, 'shop'), /plays the role shop.*ROLE says "issuer"/)
  })

  test('without its sealing key', async () => {
    assert.match(await refusal(wrong, 'issuer'), /SEALING_KEY is missing/)
  })

  test('with a sealing key that is none, and does not repeat it', async () => {
    const detail = await refusal(wrong, 'courier')
    assert.match(detail, /SEALING_KEY is not 64 hexadecimal digits/)
    assert.doesNotMatch(detail, /Hachi/)
  })

  test('with a sealing key of before that is none, and does not repeat it', async () => {
    const detail = await refusal(wrong, 'bank')
    assert.match(detail, /SEALING_KEY_BEFORE is not 64 hexadecimal digits/)
    assert.doesNotMatch(detail, /Hachi/)
  })

  test('with a console or accounts that are open to everybody, or a root asked of the network, outside a demo', async () => {
    assert.match(await refusal(open, 'shop'), /CONSOLE is open/)
    assert.match(await refusal(open, 'issuer'), /OPEN_ACCOUNTS is open/)
    assert.match(await refusal(open, 'courier'), /ROOTS is empty/)
  })

  test('without a domain', async () => {
    assert.match(await refusal(wrong, 'key-centre'), /DOMAIN is missing/)
  })
})
