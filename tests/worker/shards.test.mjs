// A courier on several Durable Objects.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const digits = first => first.toString(16).padStart(2, '0') + 'ab'.repeat(31)

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
      assertProblem(await parties.fetch(courier, path, sent), 404)
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
    assert.match(await refusal('issuer', { SHARDS: '4' }), /^The setting SHARDS is not 1: /)
  })
})
