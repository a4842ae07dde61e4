// The service worker owns the readers: one at a time has a card, nobody looks meanwhile, and a reader
// that is unplugged is missed. The module that speaks to devices is a double here.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { exportOf } from './support/catalogues.mjs'

const ReaderHost = await exportOf('extension/background/readers.ts')
const TOKEN = { id: 'one', name: 'Kumiki Token', dialect: 'ledger-hid', state: 'card' }
const PAD = { id: 'two', name: 'Sony RC-S300', dialect: 'rc-s300', state: 'no-card' }

let session
let plugged
let looks
let loads
let host

beforeEach(() => {
  session = {}
  plugged = [TOKEN, PAD]
  looks = loads = 0
  globalThis.chrome = { storage: { session: { get: async name => ({ [name]: session[name] }), set: async values => Object.assign(session, values) } } }
  host = hostOf()
})

/** A service worker that has just started. */
function hostOf(module = {}) {
  const open = async () => {
    loads += 1
    return {
      list: async () => (looks += 1) && plugged,
      power: async () => ({ transmit: async apdu => apdu, free: () => {} }),
      forget: async id => void (plugged = plugged.filter(reader => reader.id !== id)),
      ...module,
    }
  }
  return new ReaderHost(open, async () => plugged.length > 0)
}

const states = async () => Object.fromEntries((await host.list()).map(({ id, state }) => [id, state]))

test('without a paired reader the module is not even loaded', async () => {
  plugged = []
  assert.deepEqual(await host.list(), [])
  assert.equal(loads, 0)
})

test('while a card works nobody looks at the readers, and it is said to work', async () => {
  const card = await host.power()
  const before = looks
  assert.deepEqual(await states(), { one: 'working', two: 'no-card' })
  assert.equal(looks, before)
  card.free()
  assert.deepEqual(await states(), { one: 'card', two: 'no-card' })
  assert.equal(looks, before + 1)
})

test('two who want the card have it one after the other', async () => {
  const first = await host.power()
  let second
  const waiting = host.power().then(card => (second = card))
  await new Promise(resolve => setTimeout(resolve, 20))
  assert.equal(second, undefined)
  first.free()
  await waiting
  assert.ok(second)
})

test('a session that could not begin keeps nobody waiting', async () => {
  let fails = true
  host = hostOf({
    async power() {
      if (fails) throw Object.assign(new Error('pulled'), { name: 'ReaderFault', kind: 'removed' })
      return { transmit: async apdu => apdu, free: () => {} }
    },
  })
  await assert.rejects(host.power(), { kind: 'removed' })
  fails = false
  assert.ok(await host.power())
})

test('a look that is under way ends before a card gets power', async () => {
  const steps = []
  host = hostOf({
    async list() {
      steps.push('look')
      await new Promise(resolve => setTimeout(resolve, 20))
      steps.push('looked')
      return plugged
    },
    async power() {
      steps.push('power')
      return { transmit: async apdu => apdu, free: () => {} }
    },
  })
  await host.list()
  const look = host.list()
  await host.power()
  await look
  assert.deepEqual(steps, ['look', 'looked', 'look', 'looked', 'power'])
})

test('an unplugged reader is absent, also for a service worker that starts later, until it comes back', async () => {
  await host.list()
  plugged = [PAD]
  assert.deepEqual(await states(), { two: 'no-card', one: 'absent' })
  host = hostOf()
  assert.deepEqual(await states(), { two: 'no-card', one: 'absent' })
  plugged = [PAD, { ...TOKEN, id: 'three' }]
  assert.deepEqual(await states(), { two: 'no-card', three: 'card' })
})

test('a forgotten reader is not missed, plugged in or not', async () => {
  await host.list()
  await host.forget(PAD.id)
  assert.deepEqual(await states(), { one: 'card' })
  plugged = []
  assert.deepEqual(await states(), { one: 'absent' })
  await host.forget(TOKEN.id)
  assert.deepEqual(await states(), {})
})
