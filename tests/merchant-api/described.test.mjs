// The API of a shop's own server is what its description says: schemathesis asks the real worker for all of it, rightly and
// wrongly, and finds nothing.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, describe, it } from 'node:test'
import { findChecker } from '../../scripts/lib/merchant-api.mjs'
import { openParties } from '../support/parties.mjs'

const SHOP = 'kiso-tea.localhost'
const checker = await findChecker()
const parties = await openParties()
const key = parties.apiKey('shop')

/** Whoever asks by an address that this machine resolves: *.localhost is none everywhere. */
const front = createServer(async (request, response) => {
  const pieces = []
  for await (const piece of request) pieces.push(piece)
  const { host, ...headers } = request.headers
  const body = Buffer.concat(pieces)
  const answer = await parties.fetch(SHOP, request.url, { method: request.method, headers, body: body.length ? body : undefined })
  response.writeHead(answer.status, answer.headers).end(answer.body)
})
await new Promise(resolve => front.listen(0, '127.0.0.1', resolve))
after(() => front.close())

describe('the API of a shop’s own server', () => {
  const ask = (path, headers = {}) => parties.fetch(SHOP, `/v1/merchant${path}`, { headers })

  it('is described to everybody and open to whoever has a key', async () => {
    const description = await ask('/openapi.json')
    assert.equal(description.status, 200)
    assert.equal(description.json().openapi, '3.1.0')
    assert.equal((await ask('/webhook-keys')).status, 200)
    assert.equal((await ask('/orders')).status, 401)
    assert.equal((await ask('/orders', { authorization: `Bearer ${key}` })).status, 200)
  })

  it('answers as its description says, whatever it is asked', { skip: checker.missing ?? false }, async () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (front.address())
    const { code, output } = await checker.check(`http://127.0.0.1:${port}/v1/merchant/openapi.json`, key)
    assert.equal(code, 0, output)
    assert.match(output, /Tested: 12$/m, output)
  })
})
