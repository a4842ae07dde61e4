// What is verified of messages' signatures: RFC 9421's own example for ECDSA, and what our webhooks demand besides.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { dictionaryOf } from '../../packages/server/fields.js'
import { verifyWebhook } from '../../packages/server/index.js'
import { isDigestOf, signatureBase, signaturesOf, signedBy } from '../../packages/server/signatures.js'
import { eventOf, webhookOf } from './support/webhooks.mjs'

/** RFC 9421, B.1.3, as a JWK. */
const EXAMPLE_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA',
  y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0',
}
/** RFC 9421, B.2: test-response, with the signature of B.2.4. */
const EXAMPLE = {
  date: 'Tue, 20 Apr 2021 02:07:56 GMT',
  'content-type': 'application/json',
  'content-digest': 'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
  'content-length': '23',
  'signature-input': 'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
  signature: 'sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:',
}
const EXAMPLE_BODY = new TextEncoder().encode('{"message": "good dog"}')
const response = (headers = EXAMPLE, status = 200) => ({ status, header: name => headers[name] ?? null })

describe('the example of RFC 9421, B.2.4', () => {
  test('has the signature base that the document prints', () => {
    const [signature] = signaturesOf(response())
    assert.equal(
      signatureBase(response(), signature),
      [
        '"@status": 200',
        '"content-type": application/json',
        `"content-digest": ${EXAMPLE['content-digest']}`,
        '"content-length": 23',
        '"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
      ].join('\n'),
    )
  })

  test('verifies, and does not with another status, type or signature', async () => {
    const verified = async message => {
      const [signature] = signaturesOf(message)
      return signedBy(EXAMPLE_KEY, signatureBase(message, signature), signature.bytes)
    }
    assert.equal(await verified(response()), true)
    assert.equal(await verified(response(EXAMPLE, 201)), false)
    assert.equal(await verified(response({ ...EXAMPLE, 'content-type': 'text/plain' })), false)
    assert.equal(await verified(response({ ...EXAMPLE, signature: EXAMPLE.signature.replace('wNm', 'wNn') })), false)
  })

  test('has the digest of its content (RFC 9530)', async () => {
    assert.equal(await isDigestOf(EXAMPLE['content-digest'], EXAMPLE_BODY), true)
    assert.equal(await isDigestOf(EXAMPLE['content-digest'], EXAMPLE_BODY.slice(1)), false)
    assert.equal(await isDigestOf('md5=:AAAA:', EXAMPLE_BODY), false, 'an algorithm that is not known says nothing')
  })
})

describe('a webhook', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] }
  const webhook = changes => webhookOf(privateKey, changes)
  const refused = (request, kind, options) => assert.rejects(verifyWebhook(request, keys, options), { name: 'WebhookRefused', kind })

  test('is believed, whoever received it: Node’s plain headers, a Request of the web', async () => {
    const sent = webhook()
    assert.deepEqual(await verifyWebhook(sent, keys), eventOf())
    assert.deepEqual(
      await verifyWebhook(new Request(sent.url, { method: 'POST', headers: sent.headers, body: sent.body }), keys),
      eventOf(),
    )
    assert.deepEqual(await verifyWebhook(sent, async kid => keys.keys.find(key => key.kid === kid)), eventOf())
  })

  test('is of this address, this method and this body', async () => {
    await refused({ ...webhook(), url: 'https://shop.example/another' }, 'signature')
    await refused({ ...webhook(), method: 'PUT' }, 'signature')
    await refused({ ...webhook(), body: JSON.stringify({ ...eventOf(), state: 'accepted!' }) }, 'digest')
    const sent = webhook()
    await refused({ ...sent, headers: { ...sent.headers, 'content-type': 'text/plain' } }, 'signature')
  })

  test('is of these five minutes', async () => {
    const now = Date.now()
    await refused(webhook({ created: Math.floor(now / 1000) - 301 }), 'too-old', { now })
    await refused(webhook({ created: Math.floor(now / 1000) + 90 }), 'ahead', { now })
    await verifyWebhook(webhook({ created: Math.floor(now / 1000) - 290 }), keys, { now })
    await refused(webhook({ created: Math.floor(now / 1000) - 290 }), 'too-old', { now, maxAgeSeconds: 60 })
    await refused(webhook({ created: undefined }), 'malformed')
  })

  test('is signed by a key of the shop', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    await refused(webhookOf(stranger), 'signature')
    await refused(webhook({ keyid: 'two' }), 'unknown-key')
  })

  test('signs what has to be signed, as a webhook', async () => {
    await refused(webhook({ components: ['@method', '@target-uri', 'content-type'] }), 'components')
    await refused(webhook({ tag: 'something-else' }), 'unsigned')
    await refused(webhook({ alg: 'rsa-v1_5-sha256' }), 'algorithm')
    const sent = webhook()
    await refused({ ...sent, headers: { 'content-type': 'application/json' } }, 'unsigned')
    await refused({ ...sent, headers: { ...sent.headers, 'content-digest': '' } }, 'signature')
  })

  test('is an event, and within bounds', async () => {
    await refused(webhook({ body: '[1]' }), 'body')
    await refused(webhook({ body: 'no JSON' }), 'body')
    await refused(webhook({ body: JSON.stringify({ ...eventOf(), padding: 'x'.repeat(70_000) }) }), 'malformed')
    await assert.rejects(
      verifyWebhook({ ...webhook(), body: /** @type {any} */ (eventOf()) }, keys),
      TypeError,
      'a body that was parsed is of no use',
    )
  })
})

describe('structured fields', () => {
  test('are read as RFC 9651 writes them', () => {
    const members = dictionaryOf('sig1=("@method" "a\\"b");created=1;nonce="x" ,  two=:AQI=:;flag')
    assert.deepEqual(
      members.get('sig1').value.map(({ value }) => value),
      ['@method', 'a"b'],
    )
    assert.deepEqual([...members.get('sig1').parameters], Object.entries({ created: 1, nonce: 'x' }))
    assert.equal(members.get('sig1').raw, '("@method" "a\\"b");created=1;nonce="x"')
    assert.deepEqual([...members.get('two').value], [1, 2])
    assert.equal(members.get('two').parameters.get('flag'), true)
  })

  for (const text of [
    'a',
    'a=',
    'a=(',
    'a=("b',
    'a=("b""c")',
    'a=:A',
    'a=1,',
    'a=1,a=2',
    'a=1;b=1;b=2',
    'A=1',
    'a=1 b=2',
    'a=1.5',
    `a="${'x'.repeat(9_000)}"`,
  ]) {
    test(`are refused: ${text.slice(0, 20)}`, () => assert.throws(() => dictionaryOf(text), SyntaxError))
  }

  test('a signature that is no bytes, and a component that is not there, are refused', () => {
    assert.throws(() => signaturesOf(response({ ...EXAMPLE, signature: 'sig-b24="text"' })), SyntaxError)
    assert.throws(() => signaturesOf(response({ ...EXAMPLE, signature: 'other=:AQI=:' })), SyntaxError)
    const twice = { ...EXAMPLE, 'signature-input': 'sig-b24=("@status" "@status")' }
    assert.throws(() => signatureBase(response(twice), signaturesOf(response(twice))[0]), SyntaxError)
    const absent = { ...EXAMPLE, 'signature-input': 'sig-b24=("x-absent")' }
    assert.throws(() => signatureBase(response(absent), signaturesOf(response(absent))[0]), SyntaxError)
    const changed = { ...EXAMPLE, 'signature-input': 'sig-b24=("content-type";sf)' }
    assert.throws(() => signatureBase(response(changed), signaturesOf(response(changed))[0]), SyntaxError)
  })

  test('a signature by another curve’s encoding is none', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const der = sign('sha256', Buffer.from('base'), privateKey)
    assert.equal(await signedBy(publicKey.export({ format: 'jwk' }), 'base', der), false)
  })
})
