// The package for servers against the description of the API (docs/openapi): the same calls, the same members, by the same names.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import ts from 'typescript'
import { Shop } from '../../packages/server/index.js'
import { at } from '../../scripts/lib/paths.mjs'

const DESCRIPTION = JSON.parse(readFileSync(at('docs/openapi/merchant.json'), 'utf8'))
const TYPES = 'packages/server/index.d.ts'

/** What the package calls each schema of the description. */
const NAMES = {
  Product: 'Product',
  WantedForm: 'FormRequest',
  WantedDelivery: 'WantedDelivery',
  LineOfCatalogue: 'CatalogueLine',
  FreeLine: 'FreeLine',
  SignedForm: 'Form',
  FormLine: 'FormLine',
  TaxLine: 'TaxLine',
  OrderedLine: 'OrderedLine',
  OrderedDelivery: 'OrderedDelivery',
  OrderLine: 'OrderLine',
  Order: 'Order',
  Person: 'Person',
  Refund: 'Refund',
  Event: 'SentEvent',
  Webhook: 'Event',
}

const program = ts.createProgram([at(TYPES)], { noLib: true })
const checker = program.getTypeChecker()
const module = checker.getSymbolAtLocation(program.getSourceFile(at(TYPES)))
const exported = checker.getExportsOfModule(module)

/** The members of an interface of the package, each with whether it may be missing. */
function membersOf(name) {
  const symbol = exported.find(one => one.name === name)
  assert.ok(symbol, `the package has no ${name}`)
  const members = checker.getDeclaredTypeOfSymbol(symbol).getProperties()
  return Object.fromEntries(members.map(member => [member.name, Boolean(member.flags & ts.SymbolFlags.Optional)]))
}

describe('types of the package and the description', () => {
  for (const [schema, name] of Object.entries(NAMES)) {
    test(`${name} is ${schema}`, () => {
      const { properties, required = [] } = DESCRIPTION.components.schemas[schema]
      const described = Object.keys(properties).map(member => [member, !required.includes(member)])
      assert.deepEqual(Object.entries(membersOf(name)).sort(), described.sort())
    })
  }
})

test('every call of the description can be made, and no other is', async () => {
  const asked = []
  const fetch = async (url, { method }) => {
    const path = decodeURIComponent(new URL(url).pathname)
    asked.push(`${method.toLowerCase()} ${path}`)
    return Response.json({ keys: [], orders: [] })
  }
  const shop = new Shop({ url: 'https://shop.example', apiKey: 'a-key-that-is-only-of-this-test', fetch })
  const { orders, catalogue, events } = shop
  const calls = [
    shop.createForm({ lines: [] }),
    ...[
      orders.list(),
      orders.get('{number}'),
      orders.pack('{number}'),
      orders.handOver('{number}'),
      orders.cancel('{number}'),
      orders.refund('{number}', 1),
    ],
    ...[catalogue.put({ products: [] }), catalogue.get()],
    ...[events.list(), events.sendAgain('{id}')],
    shop.webhookKey('one'),
  ]
  await Promise.all(calls)
  const methods = calls => Object.keys(calls).filter(name => ['get', 'put', 'post', 'delete', 'patch'].includes(name))
  const described = Object.entries(DESCRIPTION.paths).flatMap(([path, calls]) => methods(calls).map(method => `${method} ${path}`))
  const own = 'get /v1/merchant/openapi.json'
  assert.ok(described.includes(own))
  assert.deepEqual(asked.sort(), described.filter(call => call !== own).sort())
})
