// The merchant's catalogue through the edge of workerd: long bodies, keys, and what was loaded at the start.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CATALOGUE_PATH, loadCatalogue } from '../../scripts/lib/catalogue.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const demo = JSON.parse(readFileSync(at('worker/demo/catalogues/kiso-tea.json'), 'utf8'))
const lines = []
const parties = await openParties({ log: line => lines.push(line) })
const shop = parties.domain('shop')
const apiKey = parties.apiKey('shop')

const ask = (method, body, key = apiKey) =>
  parties.fetch(shop, CATALOGUE_PATH, { method, body, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } })

test('the demo’s shop sells what its file says, as its page shows it', async () => {
  const { products, tagline } = (await ask('GET')).json()
  assert.deepEqual({ tagline, products }, demo)
  const page = (await parties.fetch(shop, '/v1/catalogue')).json()
  assert.deepEqual(
    page.products.map(({ name }) => name),
    demo.products.map(({ name }) => name),
  )
})

test('a catalogue of a thousand products goes through the edge, and a longer body does not', async () => {
  const description = { en: 'a'.repeat(400), ja: '茶'.repeat(130) }
  const products = Array.from({ length: 1000 }, (_, place) => ({ sku: `${place}`, name: { en: 'Tea' }, description, price_minor: 100 }))
  const long = JSON.stringify({ products })
  assert.ok(long.length > 256 * 1024)
  const answer = await ask('PUT', long)
  assert.equal(answer.status, 200, answer.text())
  assert.equal(answer.json().products, 1000)
  assertProblem(await ask('PUT', ' '.repeat(1024 * 1024 + 1)), 413, 'too-large')
  const elsewhere = { method: 'POST', body: ' '.repeat(256 * 1024 + 1), headers: { 'content-type': 'application/json' } }
  assertProblem(await parties.fetch(shop, '/v1/forms', elsewhere), 413, 'too-large')
})

test('nobody without the shop’s key reads or replaces it, and no log line has the key', async () => {
  for (const method of ['GET', 'PUT']) {
    const answer = await ask(method, method === 'PUT' ? '{"products":[]}' : undefined, `${apiKey}x`)
    assertProblem(answer, 401, 'unauthorised')
    assert.equal(answer.headers['www-authenticate'], 'Bearer')
  }
  assert.equal((await ask('GET')).json().products.length, 1000)
  assert.ok(lines.every(({ message }) => !message.includes(apiKey)))
})

test('loading the demo’s catalogue again leaves the stock of what is there as it is', async () => {
  const [first] = demo.products
  await ask('PUT', JSON.stringify({ products: [{ ...first, stock: 7 }] }))
  await loadCatalogue(parties.fetch, shop, apiKey)
  const { products } = (await ask('GET')).json()
  assert.deepEqual([products.length, products[0].stock, products[1].stock], [demo.products.length, 7, demo.products[1].stock])
})
