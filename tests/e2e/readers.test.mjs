// The service worker owns the readers: one at a time has a card, a reader that is unplugged is missed, and
// one that does not answer keeps the holder from nothing. The modules behind it are doubles here.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { exportOf } from './support/catalogues.mjs'

const ReaderHost = await exportOf('extension/background/readers.ts')
const OwnCalls = await exportOf('extension/background/own-calls.ts')
const WalletHost = await exportOf('extension/background/wallet-host.ts')
const commandFor = await exportOf('extension/shared/readers/reader-commands.ts')
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
  globalThis.chrome = {
    storage: { session: { get: async name => ({ [name]: session[name] }), set: async values => Object.assign(session, values) } },
  }
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

test('a look that never ends keeps nobody from the card', async () => {
  host = hostOf({ list: () => new Promise(() => {}) })
  void host.list()
  assert.ok(await host.power())
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

test('lock, decline and unlock are done while a card in a reader does not answer', async () => {
  const never = new Promise(() => {})
  const done = []
  const wallet = { view: async () => ({}) }
  for (const quick of ['lock', 'unlock', 'decline']) wallet[quick] = async () => void done.push(quick)
  const order = { card_id: '', address_id: '' }
  const atACard = {
    add_card: ['', 'reader'],
    reader_card: [],
    move_card: ['', '', ''],
    prepare_reader_card: [''],
    remove_card: ['', ''],
    change_pin: ['', '', 'reader'],
    unblock_pin: ['', '', 'reader'],
    approve: ['', order, ''],
  }
  let asked = 0
  for (const slow of Object.keys(atACard)) wallet[slow] = () => (asked += 1) && never
  const calls = new OwnCalls(new WalletHost(async () => wallet), { kick() {} }, {}, host)
  const call = (method, ...args) => calls.answer({ type: 'call', method, args })
  for (const [slow, args] of Object.entries(atACard)) void call(slow, ...args)
  assert.deepEqual(await call('lock'), { ok: true, value: null })
  await call('unlock', 'passphrase')
  await call('decline', 'id')
  assert.deepEqual(done, ['lock', 'unlock', 'decline'])
  assert.equal(asked, Object.keys(atACard).length)
})

test('on Linux the page has the line that gives the right to a reader, or takes it from the kernel', () => {
  const linux = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0'
  const usb = { id: 'usb-054c-06c3-1', dialect: 'rc-s380' }
  const hid = { id: 'hid-2c97-1011-1', dialect: 'ledger-hid' }
  const line = (reader, userAgent = linux) => commandFor(reader, userAgent)?.line
  assert.match(line({ ...usb, state: 'no-access' }), /SUBSYSTEM=="usb", ATTR\{idVendor\}=="054c", TAG\+="uaccess"/)
  assert.match(line({ ...hid, state: 'not-opened' }), /KERNEL=="hidraw\*", ATTRS\{idVendor\}=="2c97", TAG\+="uaccess"/)
  assert.match(line({ ...usb, state: 'held' }), /blacklist port100.*modprobe -r port100/)
  assert.equal(line({ ...hid, state: 'held' }), undefined)
  assert.equal(line({ ...usb, state: 'no-card' }), undefined)
  assert.equal(line({ ...usb, state: 'no-access' }, 'Mozilla/5.0 (Windows NT 10.0)'), undefined)
})
