// npm run add-shop: what a shop may be called, where it may be, and that it can be taken away again.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Stop } from '../../scripts/lib/say.mjs'
import { PARTIES, localSecrets } from '../../scripts/lib/secrets.mjs'
import { addShop, environmentFile, partyOfShop, readShops, removeShop, settingsOfShop, writeEnvironment } from '../../scripts/lib/shops.mjs'

const folder = mkdtempSync(join(tmpdir(), 'tallystick-shops-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const where = { port: 8787, folder }
const add = shop => addShop({ id: 'my-honey', name: 'My Honey', ...shop }, where)
const refused = (shop, sentence) =>
  assert.throws(
    () => add(shop),
    error => error instanceof Stop && sentence.test(error.message),
  )
const environment = id =>
  Object.fromEntries(
    readFileSync(environmentFile(id, folder), 'utf8')
      .trim()
      .split('\n')
      .map(line => line.split('=')),
  )

test('without any, there are none', () => assert.deepEqual(readShops(folder), []))

test('names and places that cannot be are refused by a sentence, and nothing is written', () => {
  for (const id of ['', 'My-Honey', 'honey.shop', '-honey', 'honey-', '1honey', 'h'.repeat(31), '__proto__'])
    refused({ id }, /cannot be a host's name/)
  for (const id of ['kiso-tea', 'ca', 'shop', 'bank']) refused({ id }, /one of the demo's own parties/)
  refused({ name: ' ' }, /no name that people read/)
  refused({ name: 'a|b' }, /bar/)
  refused({ name: 'x'.repeat(61) }, /at most 60/)
  refused({ origin: 'http://other.localhost:8950' }, /its shop's own host only/)
  refused({ origin: 'http://my-honey.localhost:8787' }, /where the parties are/)
  for (const origin of ['my-honey', 'https://my-honey.localhost:8950', 'http://my-honey.localhost:8950/shop'])
    refused({ origin }, /no origin of this machine/)
  for (const webhook of ['https://my-honey.example/webhook', 'webhook', 'http://a:b@my-honey.localhost/'])
    refused({ webhook }, /--webhook is/)
  assert.deepEqual(readShops(folder), [])
})

test('a shop that is added has keys, a token for its certificate and an API key for its server alone', () => {
  const shop = add({ webhook: 'http://my-honey.localhost:8950/webhook' })
  assert.deepEqual(readShops(folder), [shop])
  assert.deepEqual(settingsOfShop(shop), {
    ORIGIN: 'http://my-honey.localhost:8950',
    WEBHOOK: 'http://my-honey.localhost:8950/webhook',
    SELLER: '',
  })
  const secrets = localSecrets(join(folder, 'parties'), [...PARTIES, partyOfShop(shop)])['my-honey']
  const told = environment('my-honey')
  assert.equal(secrets.API_KEYS, `server=${told.TALLYSTICK_API_KEY}`)
  assert.ok(told.TALLYSTICK_API_KEY.length >= 24)
  assert.match(secrets.REGISTRATION_TOKEN, /^[0-9a-f]{64}$/)
  assert.equal(told.TALLYSTICK_SHOP, 'http://my-honey.localhost:8787')
  assert.equal(told.TALLYSTICK_WEBHOOK, shop.webhook)
  assert.equal(told.PORT, '8950')
  assert.equal(statSync(environmentFile('my-honey', folder)).mode & 0o077, 0, 'nobody else reads the key')
  assert.ok(!readFileSync(join(folder, 'shops.json'), 'utf8').includes(told.TALLYSTICK_API_KEY))
})

test('the parties may be at another port the next time', () => {
  const key = environment('my-honey').TALLYSTICK_API_KEY
  writeEnvironment(readShops(folder)[0], 9000, folder)
  assert.equal(environment('my-honey').TALLYSTICK_SHOP, 'http://my-honey.localhost:9000')
  assert.equal(environment('my-honey').TALLYSTICK_API_KEY, key)
})

test('a name and a port are taken once; the next shop is proposed the next port', () => {
  refused({}, /already; npm run add-shop -- my-honey --remove/)
  refused({ id: 'second', origin: 'http://second.localhost:8950' }, /Port 8950 is my-honey's/)
  assert.equal(add({ id: 'second', name: 'Second' }).origin, 'http://second.localhost:8951')
})

test('a shop is taken away, and comes back with the key that it had', () => {
  const key = environment('my-honey').TALLYSTICK_API_KEY
  removeShop('my-honey', folder)
  assert.deepEqual(
    readShops(folder).map(({ id }) => id),
    ['second'],
  )
  assert.equal(existsSync(environmentFile('my-honey', folder)), false)
  assert.throws(() => removeShop('my-honey', folder), /There is no shop my-honey; there is second\./)
  add({})
  assert.equal(environment('my-honey').TALLYSTICK_API_KEY, key)
})

test('a list that is no list any more is said to be so', () => {
  writeFileSync(join(folder, 'shops.json'), '[')
  assert.throws(() => readShops(folder), /is not JSON any more/)
})
