// Each role on workerd says who it is and how it is.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import { PARTIES } from '../../scripts/lib/secrets.mjs'
import { openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const lines = []
const parties = await openParties({ log: line => lines.push(line) })

describe('every party', () => {
  for (const { id, role, domain } of PARTIES) {
    test(`${id} is healthy and names itself`, async () => {
      const answer = await parties.fetch(domain, '/health')
      assert.equal(answer.status, 200)
      const health = answer.json()
      assert.equal(health.role, role)
      assert.equal(health.domain, domain)
      assert.equal(health.status, 'ready')
      assert.match(health.version, /^\d+\.\d+\.\d+$/)
    })

    test(`${id} shows a certificate for its domain, signed by the root`, async () => {
      const root = new X509Certificate((await parties.fetch('ca.localhost', '/v1/root.cer')).body)
      const identity = (await parties.fetch(domain, '/v1/identity')).json()
      const certificate = new X509Certificate(Buffer.from(identity.certificate, 'base64'))
      assert.ok(certificate.verify(root.publicKey))
      if (role !== 'ca') assert.match(certificate.subjectAltName, new RegExp(`DNS:${domain}`))
    })

    test(`${role} may be read by every page, without credentials`, async () => {
      const answer = await parties.fetch(domain, '/v1/identity', { headers: { origin: 'https://elsewhere.example' } })
      assert.equal(answer.headers['access-control-allow-origin'], '*')
      assert.equal(answer.headers['access-control-allow-credentials'], undefined)
      const preflight = await parties.fetch(domain, '/v1/identity', {
        method: 'OPTIONS',
        headers: {
          origin: 'https://elsewhere.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      })
      assert.equal(preflight.status, 204)
      assert.equal(preflight.headers['access-control-allow-origin'], '*')
      assert.match(preflight.headers['access-control-allow-headers'], /content-type/)
    })

    test(`${role} has nothing at an unknown path`, async () => {
      assertProblem(await parties.fetch(domain, '/v1/nothing-here'), 404)
    })
  }
})

test('a host that nobody has is refused', async () => {
  assertProblem(await parties.fetch('elsewhere.localhost', '/health'), 421, 'unknown-host')
})

test('a correlation id is made at the edge, and one that comes along is kept', async () => {
  const made = await parties.fetch('kiso-tea.localhost', '/health')
  assert.match(made.headers['x-correlation-id'], /^[0-9a-f]{16}$/)
  const kept = await parties.fetch('kiso-tea.localhost', '/health', { headers: { 'x-correlation-id': '0123456789abcdef' } })
  assert.equal(kept.headers['x-correlation-id'], '0123456789abcdef')
  const replaced = await parties.fetch('kiso-tea.localhost', '/health', { headers: { 'x-correlation-id': 'name: Hanako' } })
  assert.match(replaced.headers['x-correlation-id'], /^[0-9a-f]{16}$/)
})

test('log lines are JSON and never hold an identifier from an address', async () => {
  const order = 'ab'.repeat(32)
  await parties.fetch('kiso-tea.localhost', `/v1/orders/${order}/summary`)
  await new Promise(resolve => setTimeout(resolve, 200))
  assert.ok(!lines.some(line => line.message.includes(order)))
  // workerd has remarks of its own, about an alarm on a busy machine for one.
  const messages = lines.map(line => line.message).filter(message => !message.startsWith('NOSENTRY '))
  assert.ok(messages.length > 0)
  for (const message of messages) {
    const entry = JSON.parse(message)
    assert.ok(entry.at_ms > 0 && entry.role && entry.event, message)
    assert.ok(!message.includes(order), message)
  }
  assert.ok(messages.some(message => JSON.parse(message).route === '/v1/orders/{}/summary'))
})

test('no page of another origin may read a console', async () => {
  for (const method of ['GET', 'OPTIONS']) {
    const answer = await parties.fetch('asahi-card.localhost', '/v1/console', { method, headers: { origin: 'https://elsewhere.example' } })
    assert.ok(answer.status < 300)
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
  }
})

test('a monitoring system reads the metrics, and no page of another origin does', async () => {
  const answer = await parties.fetch('asahi-card.localhost', '/v1/metrics', { headers: { origin: 'https://elsewhere.example' } })
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(answer.headers['access-control-allow-origin'], undefined)
  for (const line of ['tallystick_ready 1', 'tallystick_ledger_frozen_accounts 0', '# TYPE tallystick_requests_total counter']) {
    assert.ok(answer.text().split('\n').includes(line), line)
  }
  assert.match(answer.text(), /^tallystick_storage_bytes [1-9]\d+$/m)
})

test('a log line has no word of an address that is not one of our own', async () => {
  await parties.fetch('kiso-tea.localhost', '/v1/orders/hanako/yamada')
  await new Promise(resolve => setTimeout(resolve, 200))
  const messages = lines.map(line => line.message)
  assert.ok(messages.every(message => !message.includes('hanako')))
  // What workerd itself says of a busy machine is no line of ours.
  const ours = messages.filter(message => message.startsWith('{'))
  assert.ok(ours.some(message => JSON.parse(message).route === '/v1/orders/{}/{}'))
})

test('every party is ready, and HEAD is answered as GET', async () => {
  for (const { domain } of PARTIES) {
    assert.deepEqual((await parties.fetch(domain, '/v1/ready')).json(), { ready: true, reasons: [] })
    const head = await parties.fetch(domain, '/health', { method: 'HEAD' })
    assert.equal(head.status, 200)
    assert.equal(head.body.length, 0)
  }
})

test('an address that is too long is refused as such', async () => {
  assertProblem(await parties.fetch('kiso-tea.localhost', `/v1/${'x'.repeat(3000)}`), 414, 'address-too-long')
})
