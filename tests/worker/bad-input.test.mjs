// Whatever is sent to a party on workerd, it answers with a problem and stays as it was.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientToken } from '../../scripts/lib/secrets.mjs'
import { emptyFolder, openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const CBOR = 'application/cbor'
const COSE = 'application/cose'
const JSON_TYPE = 'application/json'
const XML = 'application/xml'
const CERTIFICATE = 'application/pkix-cert'
const REVOCATION_LIST = 'application/pkix-crl'

/** Every route that takes a message, and the media type that it takes. */
const ROUTES = [
  ['ca.localhost', '/v1/certificates', CBOR],
  ['ca.localhost', '/v1/holder-certificates', COSE],
  ['keys.localhost', '/v1/holder-shares', CBOR],
  ['keys.localhost', '/v1/party-shares', COSE],
  ['kiso-tea.localhost', '/v1/forms', JSON_TYPE],
  ['kiso-tea.localhost', '/v1/orders', CBOR],
  ['kiso-tea.localhost', '/v1/confirmations', CBOR],
  ['kiso-tea.localhost', '/v1/introductions', CBOR],
  ['asahi-card.localhost', '/v1/accounts', JSON_TYPE],
  ['asahi-card.localhost', '/v1/account-codes', COSE],
  ['asahi-card.localhost', '/v1/renewals', JSON_TYPE],
  ['asahi-card.localhost', '/v1/moves', CBOR],
  ['asahi-card.localhost', '/v1/enrolments', CBOR],
  ['asahi-card.localhost', '/v1/authorisations', COSE],
  ['asahi-card.localhost', '/v1/captures', COSE],
  ['asahi-card.localhost', '/v1/releases', COSE],
  ['asahi-card.localhost', '/v1/confirmations', CBOR],
  ['hayate.localhost', '/v1/deliveries', COSE],
  ['hayate.localhost', '/v1/confirmations', CBOR],
  ['directory.localhost', '/v1/entries', CERTIFICATE],
  ['directory.localhost', '/v1/crl', REVOCATION_LIST],
  ['register.localhost', '/v1/registrations', CBOR],
  ['register.localhost', '/v1/purse-keys', CBOR],
  ['register.localhost', '/v1/purse-applications', CBOR],
  ['register.localhost', '/v1/key-renewals', COSE],
  ['register.localhost', '/v1/keys-renewed', COSE],
  ['midori-bank.localhost', '/v1/openings', COSE],
  ['midori-bank.localhost', '/v1/deposits', JSON_TYPE],
  ['midori-bank.localhost', '/v1/purse-keys', COSE],
  ['midori-bank.localhost', '/v1/prepaid-cards', JSON_TYPE],
  ['midori-bank.localhost', '/v1/movements', CBOR],
  ['midori-bank.localhost', '/v1/replies', CBOR],
  ['midori-bank.localhost', '/v1/reports', CBOR],
  ['midori-bank.localhost', '/v1/account-statements', CBOR],
  ['midori-bank.localhost', '/v1/instructions', CBOR],
  ['midori-bank.localhost', '/v1/purse-renewals', COSE],
  ['midori-bank.localhost', '/v1/renewed-keys', COSE],
  ['kiso-tea.localhost', '/v1/sessions/00', CBOR],
  ['kiso-tea.localhost', `/v1/sessions/00/${'00'.repeat(16)}`, CBOR],
  ['kiso-tea.localhost', `/v1/sessions/00/${'00'.repeat(16)}/records`, CBOR],
  ['hearth.localhost', '/v1/homes', COSE],
  ['hearth.localhost', '/v1/homes/lent', CBOR],
  ['hearth.localhost', `/v1/homes/${'00'.repeat(32)}/requests`, CBOR],
  ['hearth.localhost', `/v1/homes/${'00'.repeat(32)}/openings`, CBOR],
  ['hearth.localhost', `/v1/homes/${'00'.repeat(32)}/lent`, CBOR],
  ['hearth.localhost', `/v1/homes/${'00'.repeat(32)}/stops`, CBOR],
  ['hearth.localhost', `/v1/homes/${'00'.repeat(32)}/sessions`, CBOR],
  ['hearth.localhost', `/v1/homes/${'00'.repeat(32)}/sessions/${'00'.repeat(16)}`, CBOR],
  ['hearth.localhost', `/v1/homes/${'00'.repeat(32)}/sessions/${'00'.repeat(16)}/records`, CBOR],
  ['kitsune-bank.localhost', '/v1/accounts', JSON_TYPE],
  ['kitsune-bank.localhost', '/v1/transfers', JSON_TYPE],
  ['kitsune-bank.localhost', '/v1/checks', JSON_TYPE],
  ['kitsune-bank.localhost', '/v1/mandates', JSON_TYPE],
  ['kitsune-bank.localhost', '/v1/payments', XML],
]

const folder = emptyFolder()
const parties = await openParties({ persist: folder })

/** What cannot be read is refused even to whoever may ask: a client of the bank. */
const authorization = `Bearer ${clientToken(folder)}`
const post = (domain, path, type, body) =>
  parties.fetch(domain, path, { method: 'POST', headers: { 'content-type': type, authorization }, body })

/** What a party's console shows, as far as nothing but time may change it. */
async function stateOf(domain) {
  const answer = await parties.fetch(domain, '/v1/console')
  if (answer.status !== 200) return undefined
  const { lines, newest, tables } = answer.json()
  return { lines, newest, tables }
}

describe('a party refuses', () => {
  for (const [domain, path, type] of ROUTES) {
    test(`what it cannot read at ${domain}${path}`, async () => {
      const before = await stateOf(domain)
      const bodies = {
        empty: Buffer.alloc(0),
        'not a message': Buffer.from('hello'),
        truncated: Buffer.from([0xa3, 0x00, 0x01, 0x01]),
        'deeply nested': Buffer.alloc(4096, 0x81),
        'a promise of 4 GiB': Buffer.from([0x5a, 0xff, 0xff, 0xff, 0xff]),
        'of the wrong type': Buffer.from([0xa2, 0x00, 0x61, 0x78, 0x01, 0xf5]),
        'json of the wrong type': Buffer.from('{"items":"many","name":7}'),
      }
      for (const [what, body] of Object.entries(bodies)) {
        const answer = await post(domain, path, type, body)
        assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status} ${answer.text()}`)
        assertProblem(answer, answer.status)
      }
      assert.deepEqual(await stateOf(domain), before)
    })

    test(`what is over 256 KiB at ${domain}${path}`, async () => {
      assertProblem(await post(domain, path, type, Buffer.alloc(256 * 1024 + 1, 0x20)), 413, 'too-large')
    })

    test(`another media type at ${domain}${path}`, async () => {
      assertProblem(await post(domain, path, 'text/plain', Buffer.from('{}')), 415)
    })

    test(`another method at ${domain}${path}`, async () => {
      const answer = await parties.fetch(domain, path, { method: 'DELETE' })
      assert.ok([404, 405].includes(answer.status), answer.text())
      assertProblem(answer, answer.status)
    })
  }

  test('addresses of orders that are no identifiers', async () => {
    for (const path of [
      '/v1/orders/xyz',
      `/v1/orders/${'ab'.repeat(33)}`,
      `/v1/orders/${'zz'.repeat(32)}`,
      `/v1/orders/${'ab'.repeat(32)}`,
    ]) {
      const answer = await parties.fetch('kiso-tea.localhost', path)
      assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`)
      assertProblem(answer, answer.status)
    }
  })

  test('baskets that make no sense', async () => {
    const baskets = [
      { items: [] },
      { items: [{ sku: 'no-such-thing', quantity: 1 }] },
      { items: [{ sku: 'sencha-100', quantity: 0 }] },
      { items: [{ sku: 'sencha-100', quantity: -1 }] },
      { items: [{ sku: 'sencha-100', quantity: 1.5 }] },
      { items: [{ sku: 'sencha-100', quantity: 1e9 }] },
      { items: Array.from({ length: 51 }, () => ({ sku: 'sencha-100', quantity: 1 })) },
      { items: [{ sku: 'sencha-100', quantity: 1 }], policy: 'everything-to-everybody' },
    ]
    for (const basket of baskets) {
      const answer = await post('kiso-tea.localhost', '/v1/forms', JSON_TYPE, JSON.stringify(basket))
      assert.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(basket)}: ${answer.status}`)
      assertProblem(answer, answer.status)
    }
  })
})
