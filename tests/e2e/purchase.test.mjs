// One purchase, from the shop's page to the courier's label, with everything real; and what each
// party received, held and could open of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AIKO, words } from '../../scripts/lib/shopper.mjs'
import { seenBy } from '../../scripts/lib/who-saw-what.mjs'
import { appearances } from './support/appearances.mjs'
import { chargesAt, consoleOf, openWorld, stockOf } from './support/world.mjs'

const recorded = []
let world
let store
let tracking
let stockBefore
let order

before(async () => {
  world = await openWorld({ record: recorded })
  stockBefore = await stockOf(world.parties, 'sencha-100')
  const { shopper } = world
  await shopper.enrol()
  store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 2 }])
  const approval = await shopper.pay(store)
  recorded.push({ mark: 'window open' })
  await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()
  recorded.push({ mark: 'approve' })
  await shopper.approve(approval)
  tracking = await shopper.delivered(approval)
  order = (await shopper.view()).orders[0]
})

after(() => world?.close())

test('t002_1 the issuer opens only its part, and the courier only its own, after the issuer has authenticated the holder', async () => {
  const seen = await seenBy(world.parties)
  assert.deepEqual(
    seen.flatMap(party => party.openedOfOthers),
    [],
  )
  const fieldsOf = role =>
    seen
      .find(party => party.role === role)
      .opened.map(({ field }) => field)
      .sort()
  assert.deepEqual(fieldsOf('issuer'), ['amount', 'card-expiry', 'card-number', 'holder-name', 'holder-telephone', 'payment-type'])
  assert.deepEqual(fieldsOf('courier'), ['destination-address', 'destination-name', 'destination-telephone'])
})

test('t002_2 the issuer received its part from the shop and never from the wallet', () => {
  const authorisations = recorded.filter(({ url }) => url?.endsWith('/v1/authorisations'))
  assert.deepEqual(
    authorisations.map(({ from }) => from),
    ['shop'],
  )
})

test('t002_3 the shop relays, and delivers on its own view and the issuer’s word', async () => {
  const paths = recorded.filter(({ from }) => from === 'shop').map(({ url }) => new URL(url).pathname)
  const authorised = paths.indexOf('/v1/authorisations')
  const delivered = paths.indexOf('/v1/deliveries')
  assert.ok(authorised >= 0 && delivered > authorised, paths.join(' '))
})

test('t002_4 the destination is opened by the courier alone', async () => {
  for (const role of ['shop', 'issuer']) {
    const fields = (await consoleOf(world.parties, role)).orders.flatMap(one => one.opened.map(({ field }) => field))
    assert.ok(!fields.some(field => field.startsWith('destination')), `${role} opened ${fields}`)
  }
})

test('t002_7 nothing of the order leaves the wallet before Approve, and nothing but confirmations before all parties are confirmed', () => {
  const approve = recorded.findIndex(({ mark }) => mark === 'approve')
  const opened = recorded.findIndex(({ mark }) => mark === 'window open')
  const fromWallet = recorded.slice(opened).filter(({ from, method }) => from === 'outside' && method === 'POST')
  const early = recorded.slice(opened, approve).filter(({ from, method }) => from === 'outside' && method === 'POST')
  assert.deepEqual(
    early.map(({ url }) => url),
    [],
  )
  const paths = fromWallet.map(({ url }) => new URL(url).pathname)
  assert.deepEqual(paths.slice(0, 4), ['/v1/confirmations', '/v1/confirmations', '/v1/confirmations', '/v1/orders'])
})

test('the wallet shows the whole way: charged, label made, tracking number', () => {
  assert.equal(order.state, 'delivering')
  assert.equal(order.tracking, tracking)
  assert.deepEqual([order.strands.shop.fill, order.strands.issuer.fill, order.strands.courier.fill], [3, 3, 3])
})

test('the store’s page shows the same tracking number and has two packets less', async () => {
  await store.getByText(tracking).waitFor()
  assert.equal(await stockOf(world.parties, 'sencha-100'), stockBefore - 2)
})

test('the issuer charged the amount exactly once, and its ledger balances', async () => {
  const captures = await chargesAt(world.parties, 'issuer', 1)
  assert.equal(captures.length, 1, JSON.stringify(captures))
  assert.equal(captures[0].amount.minor, 3480)
})

test('t002_5 t_u2 information flow: nobody received or held what it must not know, in any encoding', () => {
  const card = order.card_last4
  const offer = recorded.find(({ url }) => url?.endsWith('/v1/accounts')).response.toString('latin1')
  const number = offer
    .match(/\d{16,}/g)
    .map(digits => digits.slice(0, 16))
    .find(digits => digits.endsWith(card))
  assert.ok(number, 'the offer names the card')
  const secrets = {
    shop: [number, AIKO.name, AIKO.telephone, AIKO.address.name, AIKO.address.telephone, '4-1-1 Nakano'],
    issuer: ['Sencha', 'sencha-100', AIKO.address.name, AIKO.address.telephone, '4-1-1 Nakano'],
    courier: ['Sencha', 'sencha-100', number, AIKO.name, AIKO.telephone],
    'key-centre': ['Sencha', number, AIKO.name, AIKO.telephone, AIKO.address.name, '4-1-1 Nakano'],
    ca: ['Sencha', number, AIKO.telephone, AIKO.address.name, '4-1-1 Nakano'],
  }
  for (const [role, forbidden] of Object.entries(secrets)) {
    const received = recorded
      .filter(({ to }) => to === role)
      .flatMap(({ request, url, headers }) => [request, Buffer.from(`${url} ${JSON.stringify(headers)}`)])
    const answers = recorded.filter(({ from }) => from === role).map(({ response }) => response)
    const held = world.parties.held(role).map(({ bytes }) => bytes)
    assert.ok(received.length > 0 && held.length > 0, `nothing was recorded for ${role}`)
    for (const secret of forbidden) {
      assert.equal(appearances(secret, [...received, ...answers, ...held]), 0, `${role} came to know ${secret}`)
    }
  }
  // The search itself finds what is there.
  const issuerGot = recorded.filter(({ to }) => to === 'issuer').map(({ request }) => request)
  assert.ok(appearances(AIKO.name, issuerGot) > 0)
})
