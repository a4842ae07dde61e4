// What one address asks for too often is refused to that address, and to nobody else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const SHOP = 'kiso-tea.localhost'
// More than the parties themselves, who share one address here, ask of the CA while they come up.
const parties = await openParties({ limits: { BY_ADDRESS: 100, DEAR_BY_ADDRESS: 20 } })

const from = address => ({ 'cf-connecting-ip': address })
const form = headers =>
  parties.fetch(SHOP, '/v1/forms', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"items":[{"sku":"hojicha-100","quantity":1}]}',
  })

test('forms that one address asks for without end leave the shop open to others', async () => {
  let refused
  for (let i = 0; i < 200 && !refused; i++) {
    const answer = await form(from('203.0.113.7'))
    if (answer.status !== 200) refused = answer
  }
  assertProblem(refused, 429, 'rate-limited')
  assert.equal(refused.headers['retry-after'], '60')
  assert.match(refused.headers['access-control-expose-headers'], /retry-after/)
  assert.equal((await form(from('203.0.113.8'))).status, 200)
})

test('an IPv6 address counts by its first 64 bits, and the Workers of other parties by their zone', async () => {
  const until429 = async headersOf => {
    for (let i = 0; i < 50; i++) if ((await form(headersOf(i))).status === 429) return true
    return false
  }
  assert.ok(await until429(i => from(`2001:db8:1:2::${i.toString(16)}`)))
  assert.equal((await form(from('2001:db8:1:3::1'))).status, 200)
  const worker = zone => ({ ...from('2a06:98c0:3600::103'), 'cf-worker': zone })
  assert.ok(await until429(() => worker('one.example')))
  assert.equal((await form(worker('two.example'))).status, 200)
})
