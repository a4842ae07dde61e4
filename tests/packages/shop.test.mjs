// What the package for servers says to a shop, and what it makes of the answers.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { Problem, Shop } from '../../packages/server/index.js'

const KEY = 'a-key-that-is-only-of-this-test'

/** What the next requests are answered, and what was asked. */
const answers = []
const asked = []
const server = createServer(async (request, response) => {
  const pieces = []
  for await (const piece of request) pieces.push(piece)
  const body = Buffer.concat(pieces).toString()
  asked.push({ method: request.method, path: request.url, headers: request.headers, body: body && JSON.parse(body) })
  const answer = answers.shift() ?? { status: 200, body: {} }
  if (answer === 'hang up') return request.socket.destroy()
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(JSON.stringify(answer.body))
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
after(() => {
  server.closeAllConnections()
  server.close()
})

const shop = new Shop({ url: `http://my-honey.localhost:${port}`, apiKey: KEY })
const asks = async (call, ...given) => {
  answers.push(...given)
  const result = await call()
  return { result, request: asked.at(-1) }
}

test('a form is asked for under the key, by an idempotency key, at the shop’s own name', async () => {
  const request = { lines: [{ sku: 'acacia', name: { en: 'Acacia honey' }, quantity: 2, unit_price_minor: 1800 }] }
  const made = await asks(() => shop.createForm(request, { idempotencyKey: 'basket-7' }), { status: 201, body: { form: 'AA==' } })
  assert.deepEqual(made.result, { form: 'AA==' })
  const { method, path, headers, body } = made.request
  assert.deepEqual([method, path, body], ['POST', '/v1/merchant/forms', request])
  assert.equal(headers.authorization, `Bearer ${KEY}`)
  assert.equal(headers['idempotency-key'], 'basket-7')
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(headers.host, `my-honey.localhost:${port}`)
})

test('a request that nobody answers is sent again and stays the same', async () => {
  const from = asked.length
  await asks(() => shop.createForm({ lines: [] }), 'hang up', { status: 503, body: {} }, { status: 201, body: {} })
  const keys = asked.slice(from).map(({ headers }) => headers['idempotency-key'])
  assert.equal(keys.length, 3)
  assert.equal(new Set(keys).size, 1)
  assert.match(keys[0], /^[!-~]{1,64}$/)
  await asks(() => shop.createForm({ lines: [] }))
  assert.notEqual(asked.at(-1).headers['idempotency-key'], keys[0], 'another call is another request')
})

test('what the shop refuses is a problem, told by kind, sentence and field', async () => {
  const body = {
    type: 'https://tallystick.example/problems/unknown-courier',
    title: 'The shop does not know this courier.',
    status: 422,
    detail: 'It has hayate.localhost.',
    field: '/delivery/courier',
  }
  answers.push({ status: 422, body, headers: { 'content-type': 'application/problem+json', 'retry-after': '7' } })
  await assert.rejects(shop.createForm({ lines: [] }), error => {
    assert.ok(error instanceof Problem)
    assert.deepEqual(
      { ...error, name: error.name },
      {
        name: 'Problem',
        kind: 'unknown-courier',
        status: 422,
        title: body.title,
        detail: body.detail,
        field: '/delivery/courier',
        retryAfter: 7,
      },
    )
    assert.equal(error.message, 'The shop does not know this courier. It has hayate.localhost.')
    return true
  })
})

test('an answer that is no problem, none at all, and one that is no JSON are problems too', async () => {
  answers.push({ status: 401, body: null })
  await assert.rejects(shop.orders.get('a1'), { kind: 'status-401', status: 401 })
  answers.push('hang up', 'hang up', 'hang up')
  await assert.rejects(shop.orders.get('a1'), { kind: 'unreachable', status: 0 })
  const text = new Shop({ url: 'https://shop.example', apiKey: KEY, fetch: async () => new Response('<!doctype html>') })
  await assert.rejects(text.orders.get('a1'), { kind: 'malformed-answer' })
})

test('orders are listed, read, packed, handed over, cancelled and refunded', async () => {
  const filter = { state: /** @type {const} */ ('accepted'), limit: 10, search: 'acacia & more', until: undefined }
  const listed = await asks(() => shop.orders.list(filter), { status: 200, body: { orders: [] } })
  assert.equal(listed.request.path, '/v1/merchant/orders?state=accepted&limit=10&search=acacia+%26+more')
  const paths = [
    [() => shop.orders.get('a1'), 'GET', 'orders/a1', ''],
    [() => shop.orders.pack('a1'), 'POST', 'orders/a1/packed', ''],
    [
      () => shop.orders.handOver('a1', [{ sku: 'key', handed_text: 'ABCD' }]),
      'POST',
      'orders/a1/handed-over',
      { lines: [{ sku: 'key', handed_text: 'ABCD' }] },
    ],
    [() => shop.orders.cancel('a1'), 'POST', 'orders/a1/cancellation', ''],
    [() => shop.orders.refund('a1', 500), 'POST', 'orders/a1/refunds', { amount_minor: 500 }],
    [() => shop.catalogue.put({ products: [] }), 'PUT', 'catalogue', { products: [] }],
    [() => shop.catalogue.get(), 'GET', 'catalogue', ''],
    [() => shop.events.list({ limit: 3 }), 'GET', 'events?limit=3', ''],
    [() => shop.events.sendAgain('e/1'), 'POST', 'events/e%2F1/again', ''],
  ]
  for (const [call, ...wanted] of paths) {
    const { request } = await asks(call)
    assert.deepEqual([request.method, request.path, request.body], [wanted[0], `/v1/merchant/${wanted[1]}`, wanted[2]])
    const once = /packed|handed-over|cancellation|refunds/.test(request.path)
    assert.equal(Boolean(request.headers['idempotency-key']), once, request.path)
  }
})

test('all orders come page by page', async () => {
  answers.push({ status: 200, body: { orders: [{ number: '3' }, { number: '2' }], next: '2' } })
  answers.push({ status: 200, body: { orders: [{ number: '1' }] } })
  const numbers = []
  for await (const { number } of shop.orders.all({ state: 'accepted' })) numbers.push(number)
  assert.deepEqual(numbers, ['3', '2', '1'])
  assert.equal(asked.at(-1).path, '/v1/merchant/orders?state=accepted&before=2')
})

test('keys of webhooks are remembered, and read again for one that is not known, though not for each', async () => {
  const shop = new Shop({ url: `http://my-honey.localhost:${port}`, apiKey: KEY })
  const from = asked.length
  answers.push({ status: 200, body: { keys: [{ kid: 'one' }] } })
  assert.deepEqual(await shop.webhookKey('one'), { kid: 'one' })
  assert.deepEqual(await shop.webhookKey('one'), { kid: 'one' })
  assert.equal(await shop.webhookKey('invented'), undefined)
  assert.equal(asked.length - from, 1)
})

test('a key that is missing is said at once', () => {
  for (const apiKey of [undefined, '', 'short']) assert.throws(() => new Shop({ url: 'https://shop.example', apiKey }), /apiKey is missing/)
})
