// What a page of the wallet may call, and in which shape; what it sends again is done once; what people type where a PIN goes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { beforeEach, test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { exportOf, moduleOf } from './support/catalogues.mjs'

const { OwnCalls, readOwnCall } = await moduleOf('extension/background/own-calls.ts')
const { packed, unpacked } = await moduleOf('extension/shared/bytes.ts')
const Answers = await exportOf('extension/background/answers.ts')
const charactersOver = await exportOf('extension/ui/measure.ts')
const digitsOf = await exportOf('extension/ui/digits.ts')

const KEY = '0b4f6c1e-6a9b-4b9e-9d43-2f0f3f5f6a11'

beforeEach(() => {
  const session = {}
  globalThis.chrome = {
    storage: {
      session: {
        get: async name => structuredClone({ [name]: session[name] }),
        set: async values => void Object.assign(session, structuredClone(values)),
      },
    },
  }
})

/** Work that counts how often it is done. */
function counted() {
  const work = async () => ({ ok: true, value: (work.times += 1) })
  work.times = 0
  return work
}

test('a call that is sent again gets the first answer, and nothing is done twice', async () => {
  for (const method of ['save_address', 'remove_address', 'restore', 'decline']) {
    const work = counted()
    const answers = new Answers()
    const key = `${method.padEnd(8, '0').slice(0, 8)}${KEY.slice(8)}`
    const both = await Promise.all([answers.once(method, key, work), answers.once(method, key, work)])
    // The service worker died and came back: only what the session keeps is left.
    both.push(await new Answers().once(method, key, work))
    assert.deepEqual(
      both.map(({ value }) => value),
      [1, 1, 1],
      method,
    )
    assert.equal(work.times, 1, method)
  }
})

test('another call of the same kind is another call', async () => {
  const work = counted()
  const answers = new Answers()
  await answers.once('save_address', KEY, work)
  await answers.once('save_address', KEY.replace('0', '1'), work)
  assert.equal(work.times, 2)
})

test('what only looks is looked at anew', async () => {
  const work = counted()
  const answers = new Answers()
  await answers.once('view', KEY, work)
  await answers.once('view', KEY, work)
  assert.equal(work.times, 2)
})

/** Asks a service worker whose wallet has these methods. */
function ask(wallet, method, ...args) {
  const host = { change: work => work(wallet), aside: work => work(wallet), refresh: async () => ({}) }
  return new OwnCalls(host, { kick() {} }, {}, {}).answer({ type: 'call', method, args })
}

test('what is not in the table of calls is no call', () => {
  assert.deepEqual(readOwnCall({ type: 'call', method: 'lock', args: [], more: 1 }), { type: 'call', method: 'lock', args: [] })
  for (const method of ['advance', 'free', 'receive_form', 'check_offer', 'home_call', 'home_connection', 'constructor', '__proto__', 7]) {
    assert.equal(readOwnCall({ type: 'call', method, args: [] }), null, String(method))
  }
})

test('an argument of another shape does not reach the wallet', async t => {
  t.mock.method(console, 'error', () => {})
  let reached = 0
  const wallet = new Proxy({}, { get: () => async () => void (reached += 1) })
  const wrong = [
    ['set_lock_minutes', '15'],
    ['unlock', 4839],
    ['unlock', 'x'.repeat(1025)],
    ['unlock'],
    ['lock', 'more'],
    ['decline', null],
    ['save_address', 'Nakano'],
    ['save_address', null],
    ['save_address', { label: { name: 'Home' } }],
    ['save_address', { lines: 'x'.repeat(1025) }],
    ['insert_address', { label: 'Home' }, '0'],
    ['approve', 'id', [], '483920'],
    ['approve', 'id', { gift: { note: { text: 'Dear Kenji' } } }, '483920'],
    ['approve', 'id', { gift: { note: 'x'.repeat(1025) } }, '483920'],
    ['approve', 'id', { gift: null }, '483920'],
    ['restore', 'bytes', 'passphrase'],
    ['home_lend', '483920', { terminal: 'x'.repeat(1025) }],
    ['home_lend', '483920', { shops: [{ domain: 'kiso-tea.localhost' }] }],
    ['home_lend', '483920', { shops: Array.from({ length: 33 }, () => 'kiso-tea.localhost') }],
    ['away_approve', 'id', {}, 'first'],
  ]
  for (const [method, ...args] of wrong) assert.equal((await ask(wallet, method, ...args)).ok, false, `${method} ${args}`.slice(0, 60))
  assert.equal(reached, 0)
  assert.deepEqual(await ask(wallet, 'set_lock_minutes', 15), { ok: true, value: null })
  const choice = { card_id: 'a', accept_extra: false, coupons: ['b'], gift: { note: 'Dear Kenji' } }
  assert.deepEqual(await ask(wallet, 'approve', 'id', choice, '483920'), { ok: true, value: null })
  assert.equal(reached, 2)
})

test('bytes arrive as they left, in both directions', async () => {
  const file = Uint8Array.from({ length: 70_000 }, (_, place) => place % 256)
  const overJson = value => JSON.parse(JSON.stringify(value))
  const wallet = { restore: async got => ({ same: Buffer.compare(got, file) === 0 }), backup: async () => file }
  assert.deepEqual(await ask(wallet, 'restore', overJson(packed(file)), 'passphrase'), { ok: true, value: { same: true } })
  assert.deepEqual(unpacked(overJson((await ask(wallet, 'backup', 'passphrase')).value)), file)
})

test('a file is refused by its length before it is decoded', async t => {
  t.mock.method(console, 'error', () => {})
  const { ok } = await ask({ restore: () => assert.fail('reached') }, 'restore', { base64: 'A'.repeat(23_000_000) }, 'passphrase')
  assert.equal(ok, false)
})

test('a PIN is folded and cleaned before it is cut', () => {
  assert.equal(digitsOf('4839 2057', 8), '48392057')
  assert.equal(digitsOf('４８３９２０', 8), '483920')
  assert.equal(digitsOf('48-39-20-57-9', 8), '48392057')
  assert.equal(digitsOf('PIN: 483920', 8), '483920')
  assert.equal(digitsOf('②٣', 8), '2', 'only the digits of a keypad count')
})

test('a field counts as the wallet counts: bytes, not UTF-16', () => {
  assert.equal(charactersOver('山'.repeat(40), 120), 0)
  assert.equal(charactersOver(` ${'山'.repeat(41)} `, 120), 1)
  assert.equal(charactersOver('a'.repeat(123), 120), 3)
  assert.equal(charactersOver('👨‍👩‍👧', 4), 1, 'what is one character to its writer is one')
})

test('the fields of an address take as much as the wallet does', () => {
  const rules = readFileSync(at('crates/wallet/src/holder/addresses.rs'), 'utf8')
  const form = readFileSync(at('extension/shared/AddressForm.svelte'), 'utf8')
  for (const [part, limit] of Object.entries({ name: 'NAME', lines: 'LINES', label: 'LABEL' })) {
    const [, bytes] = new RegExp(`const ${limit}_BYTES_MAX: usize = (\\d+)`).exec(rules)
    assert.match(form, new RegExp(`bytes=\\{${bytes}\\}[^>]*draft\\.${part}\\}`), part)
  }
})
