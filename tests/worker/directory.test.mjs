// The directory on workerd: its list of revoked certificates passes the edge as it is, and everybody looks it up.
import assert from 'node:assert/strict'
import { X509Certificate, createHash } from 'node:crypto'
import { test } from 'node:test'
import { PARTIES } from '../../scripts/lib/secrets.mjs'
import { openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const DIRECTORY = 'directory.localhost'
const parties = await openParties()

test('everybody but the directory refuses who was revoked', async () => {
  for (const { role, domain } of PARTIES) {
    const { revocations } = (await parties.fetch(domain, '/health')).json()
    assert.equal(revocations, role === 'directory' ? 'not-checked' : 'checked', domain)
  }
})

test('the list may be kept by whoever is in between, and is not sent twice to who has it', async () => {
  const first = await parties.fetch(DIRECTORY, '/v1/crl')
  assert.equal(first.status, 200)
  assert.equal(first.headers['content-type'], 'application/pkix-crl')
  assert.equal(first.headers['cache-control'], 'public, max-age=300')
  assert.equal(first.headers['access-control-allow-origin'], '*')
  assert.equal(first.body[0], 0x30)
  const again = await parties.fetch(DIRECTORY, '/v1/crl', { headers: { 'if-none-match': first.headers.etag } })
  assert.equal(again.status, 304)
  assert.equal(again.body.length, 0)
})

test('a certificate is found by its key as soon as the CA has registered it', async () => {
  const identity = (await parties.fetch('kiso-tea.localhost', '/v1/identity')).json()
  const certificate = new X509Certificate(Buffer.from(identity.certificate, 'base64'))
  const key = createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
  let found
  for (let tries = 0; tries < 100 && found?.status !== 200; tries++) {
    found = await parties.fetch(DIRECTORY, `/v1/certificates/${key}`)
    if (found.status !== 200) await new Promise(resolve => setTimeout(resolve, 100))
  }
  assert.equal(found.status, 200)
  assert.equal(found.headers['content-type'], 'application/cbor')
  assert.ok(found.body.includes(certificate.raw))
  assertProblem(await parties.fetch(DIRECTORY, `/v1/certificates/${'0'.repeat(64)}`), 404, 'not-found')
})
