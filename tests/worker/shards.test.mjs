// A courier and a shop on several Durable Objects.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const digits = first => first.toString(16).padStart(2, '0') + 'ab'.repeat(31)

/** What serves the pages refuses it: the party, whose answers each have a name for its log, was not asked. */
function assertNotAsked(answer) {
  assert.ok([404, 405].includes(answer.status), `${answer.status}`)
  assert.equal(answer.headers['x-correlation-id'], undefined)
}

describe('a courier with four shards', async () => {
  const parties = await openParties({ vars: { courier: { SHARDS: '4' } } })
  const courier = parties.domain('courier')
  const objects = () => parties.sql('courier', "SELECT value FROM facts WHERE name = 'certificate'")

  test('has one object until something is asked of its orders', async () => {
    assert.equal((await objects()).length, 1)
  })

  test('answers of each order at the object of its root, and all of them have one certificate', async () => {
    for (const first of [0, 1, 2, 3, 4, 255]) {
      assertProblem(await parties.fetch(courier, `/v1/answers/${digits(first)}`), 404)
    }
    const certificates = await objects()
    assert.equal(certificates.length, 5)
    assert.equal(new Set(certificates.map(({ value }) => Buffer.from(value).toString('hex'))).size, 1)
  })

  test('shows its operator the shard that is named', async () => {
    const shown = await parties.fetch(courier, '/v1/console?shard=03')
    assert.equal(shown.status, 200)
    assert.equal(shown.json().counters.orders, 0)
  })

  test('lets nobody outside in where its objects talk to each other', async () => {
    for (const path of ['/siblings/standing', '/siblings/shares', '/siblings/known/v1/inquiries', '//siblings/standing']) {
      const sent = {
        method: 'POST',
        headers: { 'content-type': 'application/cbor', 'x-sibling': '0'.repeat(64) },
        body: new Uint8Array([4]),
      }
      assertNotAsked(await parties.fetch(courier, path, sent))
    }
  })
})

describe('a shop with four shards', async () => {
  const parties = await openParties({ vars: { shop: { SHARDS: '4' } } })
  const shop = parties.domain('shop')
  const pieces = async () => {
    const { products } = (await parties.fetch(shop, '/v1/catalogue')).json()
    return products.find(({ sku }) => sku === 'hojicha-100').stock
  }
  const form = () =>
    parties.fetch(shop, '/v1/forms', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"items":[{"sku":"hojicha-100","quantity":1}]}',
    })

  test('says what its stock has left', async () => {
    assert.equal(await pieces(), 80)
  })

  test('signs forms for one basket at all shards, each with a number of its own', async () => {
    const starts = new Set()
    for (let i = 0; i < 200 && starts.size < 4; i++) {
      const answer = await form()
      assert.equal(answer.status, 200)
      const reference = answer.headers['order-reference']
      assert.match(reference, /^[0-9a-f]{66}$/)
      starts.add(parseInt(reference.slice(0, 2), 16) % 4)
      // The shard has the form, and no order of it yet.
      assertProblem(await parties.fetch(shop, `/v1/orders/${reference}`), 404)
    }
    assert.equal(starts.size, 4)
    const kept = await parties.sql('shop', 'SELECT DISTINCT count(*) AS forms FROM shop_forms')
    assert.equal(kept.filter(({ forms }) => forms > 0).length, 4)
  })

  test('shows its operator the stock by its name', async () => {
    const shown = await parties.fetch(shop, '/v1/console?shard=stock')
    assert.equal(shown.status, 200)
    assert.equal(shown.json().counters.orders, 0)
  })

  test('refuses what does not say where its form is', async () => {
    assertProblem(await parties.fetch(shop, `/v1/orders/${'ab'.repeat(32)}`), 404)
  })
})

describe('an issuer with four shards', async () => {
  const parties = await openParties({ vars: { issuer: { SHARDS: '4' } } })
  const issuer = parties.domain('issuer')

  test('opens accounts at its office', async () => {
    const application = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Hanako Yamada', telephone: '090 1234 5678' }),
    }
    assert.equal((await parties.fetch(issuer, '/v1/accounts', application)).status, 200)
    assert.equal((await parties.sql('issuer', 'SELECT 1 FROM issuer_accounts')).length, 1)
  })

  test('says that it knows nothing of an order at the shard that would know it, and nowhere else', async () => {
    const order = `/v1/answers/${digits(7)}`
    for (const at of ['00', '01', '02', '03', 'ff']) {
      const answer = await parties.fetch(issuer, `${order}?at=${at}`)
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['content-type'], 'application/cose')
    }
    // Before a shard was asked for the first time, everything was at the office, which could say so.
    assertProblem(await parties.fetch(issuer, order), 404)
    assert.equal((await parties.sql('issuer', "SELECT value FROM facts WHERE name = 'certificate'")).length, 5)
  })

  test('makes a trial balance over the books of all its objects', async () => {
    const answer = await parties.fetch(issuer, '/v1/console/trial-balance', { method: 'POST' })
    assert.deepEqual(answer.json(), { accounts: 2, frozen: [], crossed: {}, silent: [] })
  })

  test('shows each account once', async () => {
    const shown = (await parties.fetch(issuer, '/v1/console')).json()
    assert.equal(shown.counters.accounts, 1)
    assert.equal(shown.tables.find(({ name }) => name === 'accounts').rows.length, 1)
  })

  test('lets nobody outside in where its objects tell each other of money', async () => {
    for (const path of ['/siblings/across', '/siblings/accounts', '/siblings/ask']) {
      const sent = {
        method: 'POST',
        headers: { 'content-type': 'application/cbor', 'x-sibling': '0'.repeat(64) },
        body: new Uint8Array([4]),
      }
      assertNotAsked(await parties.fetch(issuer, path, sent))
    }
  })
})

describe('a party does not start', () => {
  const refusal = async (role, vars) => {
    const parties = await openParties({ vars: { [role]: vars }, waitHealthy: false })
    return assertProblem(await parties.fetch(parties.domain(role), '/health'), 500).detail
  }

  test('with a number of shards that is none', async () => {
    assert.equal(await refusal('courier', { SHARDS: '3' }), 'The setting SHARDS is not a power of two up to 256.')
  })

  test('with shards where its role has none', async () => {
    assert.match(await refusal('key-centre', { SHARDS: '4' }), /^The setting SHARDS is not 1: /)
  })
})
