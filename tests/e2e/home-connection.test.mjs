// While a card is lent, the service worker keeps a connection to the home proxy: it is opened, spoken over, lost and
// found again, and ends with the last loan; each use is told to a holder who allowed it.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { moduleOf } from './support/catalogues.mjs'

const { HOME_ALARM, HomeConnection } = await moduleOf('extension/background/home-connection.ts')
const { listenToNotices, noticeUse } = await moduleOf('extension/background/home-notices.ts')

const URL_OF_PROXY = 'ws://hearth.localhost:8787/v1/homes/7b/connection'
const FIRST = Uint8Array.of(1, 2, 3)
const USE = {
  number: 7,
  at: 0,
  loan: 2,
  terminal_name: 'Travel laptop',
  shop: 'kiso-tea.localhost',
  amount_minor: 3480,
  currency: 'JPY',
}

let sockets
let alarms
let stored
let listeners
let view
let wallet
let told

/** A socket that does what the test says. */
class Socket {
  static OPEN = 1
  readyState = 0
  sent = []

  constructor(url) {
    this.url = url
    sockets.push(this)
  }

  opens() {
    this.readyState = 1
    this.onopen()
  }

  says(data) {
    this.onmessage({ data })
  }

  breaks() {
    this.readyState = 3
    this.onclose?.()
  }

  send(data) {
    this.sent.push(data)
  }

  close() {
    this.readyState = 3
    this.closed = true
  }
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_000_000 })
  sockets = []
  alarms = new Map()
  stored = {}
  listeners = {}
  told = []
  view = { phase: 'ready', home: { is_on: true } }
  wallet = {
    home_connection: mock.fn(async () => ({ url: URL_OF_PROXY, first: FIRST })),
    home_call: mock.fn(async () => ({ reply: Uint8Array.of(9) })),
    home_tell: mock.fn(async () => undefined),
  }
  globalThis.WebSocket = Socket
  globalThis.addEventListener = (name, listener) => (listeners[name] = listener)
  globalThis.chrome = {
    alarms: {
      create: async (name, how) => void alarms.set(name, how),
      get: async name => alarms.get(name),
      clear: async name => alarms.delete(name),
    },
    storage: {
      local: {
        get: async name => ({ [name]: stored[name] }),
        set: async values => void Object.assign(stored, values),
        remove: async name => void delete stored[name],
      },
    },
  }
})

afterEach(() => mock.timers.reset())

/** All that waits for nothing but promises. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
const later = async ms => {
  mock.timers.tick(ms)
  await settled()
}

/** A service worker's connection, as it has come up with this view. */
async function come() {
  const watching = []
  const host = {
    listen: listener => watching.push(listener),
    aside: work => work(wallet),
    refresh: async () => view,
  }
  const home = new HomeConnection(host, use => told.push(use))
  const shows = async next => {
    view = next
    for (const listener of watching) listener(view)
    await settled()
  }
  await shows(view)
  return { home, shows }
}

test('a card that is lent has a connection, which says first who it is, and an alarm that brings it back', async () => {
  const { home } = await come()
  assert.equal(sockets.length, 1)
  assert.equal(sockets[0].url, URL_OF_PROXY)
  assert.equal(home.link.state, 'connecting')
  sockets[0].opens()
  assert.deepEqual(sockets[0].sent, [FIRST, 'ping'])
  assert.equal(home.link.state, 'connected')
  assert.ok(alarms.get(HOME_ALARM).periodInMinutes <= 0.5)
})

test('where nothing is lent nobody connects, and soon after the last loan the connection ends', async () => {
  view = { phase: 'ready', home: { is_on: false } }
  const { home, shows } = await come()
  assert.deepEqual([sockets.length, home.link.state, alarms.size], [0, 'idle', 0])
  await shows({ phase: 'ready', home: { is_on: true } })
  sockets[0].opens()
  await shows({ phase: 'ready', home: { is_on: false } })
  assert.deepEqual([home.link.state, alarms.size], ['idle', 0])
  await later(20_000)
  assert.deepEqual([sockets[0].closed, home.link.state], [true, 'idle'])
  await later(600_000)
  assert.equal(sockets.length, 1)
})

test('whoever is half-way when the last loan is stopped hears it from the card, and the next loan goes on over the same connection', async () => {
  const { home, shows } = await come()
  sockets[0].opens()
  await shows({ phase: 'ready', home: { is_on: false } })
  sockets[0].says(new ArrayBuffer(8))
  await settled()
  assert.deepEqual(sockets[0].sent.at(-1), Uint8Array.of(9))
  await shows({ phase: 'ready', home: { is_on: true } })
  assert.deepEqual([home.link.state, alarms.size], ['connected', 1])
  await later(20_000)
  assert.deepEqual([sockets.length, sockets[0].closed], [1, undefined])
  await shows({ phase: 'ready', home: { is_on: false } })
  sockets[0].breaks()
  await later(120_000)
  assert.equal(sockets.length, 1, 'nothing is lent: nobody connects again')
})

test('what the proxy asks the wallet answers, and a use is told once', async () => {
  await come()
  const [socket] = sockets
  socket.opens()
  wallet.home_call.mock.mockImplementationOnce(async () => ({ reply: Uint8Array.of(4, 5), use: USE }))
  socket.says(Uint8Array.of(7).buffer)
  await settled()
  assert.deepEqual(wallet.home_call.mock.calls[0].arguments, [Uint8Array.of(7)])
  assert.deepEqual(socket.sent.at(-1), Uint8Array.of(4, 5))
  assert.deepEqual(told, [USE])
})

test('a call that is too long, or one too many at once, does not reach the wallet', async () => {
  await come()
  const [socket] = sockets
  socket.opens()
  socket.says(new ArrayBuffer(24 * 1024 + 1))
  socket.says('pong')
  await settled()
  assert.equal(wallet.home_call.mock.callCount(), 0)
  wallet.home_call.mock.mockImplementation(() => new Promise(() => {}))
  for (let call = 0; call < 40; call += 1) socket.says(new ArrayBuffer(8))
  await settled()
  assert.equal(wallet.home_call.mock.callCount(), 16)
})

test('an answer that comes after the connection went away is sent to nobody, and the use is told all the same', async () => {
  await come()
  const [socket] = sockets
  socket.opens()
  let answer
  wallet.home_call.mock.mockImplementationOnce(() => new Promise(resolve => (answer = resolve)))
  socket.says(new ArrayBuffer(8))
  await settled()
  socket.breaks()
  answer({ reply: Uint8Array.of(1), use: USE })
  await settled()
  assert.deepEqual(socket.sent, [FIRST, 'ping'])
  assert.deepEqual(told, [USE])
})

test('it pings every twenty seconds, and one that is silent is given up and opened anew', async () => {
  const { home } = await come()
  const [socket] = sockets
  socket.opens()
  for (let ping = 0; ping < 5; ping += 1) {
    await later(20_000)
    socket.says('pong')
  }
  assert.equal(socket.sent.filter(data => data === 'ping').length, 6)
  await later(20_000)
  await later(20_000)
  assert.equal(socket.closed, true)
  assert.deepEqual([home.link.state, home.link.why], ['down', 'unreachable'])
  await later(2_000)
  assert.equal(sockets.length, 2)
})

test('tries go further apart while nobody answers, up to a minute, and begin anew after a good connection', async () => {
  const { home } = await come()
  const pauses = []
  for (let attempt = 0; attempt < 8; attempt += 1) {
    sockets.at(-1).breaks()
    assert.equal(home.link.state, 'down')
    const pause = home.link.again_at - Date.now()
    pauses.push(pause)
    await later(pause)
    assert.equal(sockets.length, attempt + 2)
  }
  assert.ok(pauses[0] <= 1_200 && pauses[7] >= 48_000 && pauses[7] <= 72_000, `${pauses}`)
  sockets.at(-1).opens()
  for (let ping = 0; ping < 2; ping += 1) {
    await later(15_000)
    sockets.at(-1).says('pong')
  }
  sockets.at(-1).breaks()
  assert.deepEqual([home.link.state, home.link.why], ['down', 'ended'])
  assert.ok(home.link.again_at - Date.now() <= 1_200)
})

test('one that never opens is given up', async () => {
  const { home } = await come()
  await later(15_000)
  assert.deepEqual([sockets[0].closed, home.link.why], [true, 'unreachable'])
})

test('a network that comes back, and a holder who presses, do not wait for the pause', async () => {
  const { home } = await come()
  for (let attempt = 0; attempt < 6; attempt += 1) {
    sockets.at(-1).breaks()
    await later(80_000)
  }
  const before = sockets.length
  listeners.offline()
  assert.deepEqual([home.link.state, home.link.why], ['down', 'offline'])
  listeners.online()
  await settled()
  assert.equal(sockets.length, before + 1)
  sockets.at(-1).breaks()
  home.now()
  await settled()
  assert.equal(sockets.length, before + 2)
})

test('a service worker that was woken by the alarm connects again', async () => {
  await come()
  const { home } = await come()
  await home.look()
  await settled()
  assert.equal(sockets.length, 2)
})

test('a locked wallet keeps the connection, over which it says that it is locked; without one it says why', async () => {
  const { home, shows } = await come()
  sockets[0].opens()
  await shows({ phase: 'locked' })
  assert.equal(home.link.state, 'connected')
  sockets[0].says(new ArrayBuffer(8))
  await settled()
  assert.equal(wallet.home_call.mock.callCount(), 1)
  view = { phase: 'locked' }
  const woken = await come()
  assert.deepEqual([woken.home.link.state, woken.home.link.why, sockets.length], ['down', 'locked', 1])
  await woken.shows({ phase: 'ready', home: { is_on: true } })
  assert.equal(sockets.length, 2)
})

test('what is switched off stays off, also after the service worker died, until it is switched on', async () => {
  const { home } = await come()
  sockets[0].opens()
  await home.lend(false)
  assert.deepEqual([sockets[0].closed, home.link.state, alarms.size], [true, 'off', 0])
  const woken = await come()
  assert.deepEqual([sockets.length, woken.home.link.state], [1, 'off'])
  await woken.home.lend(true)
  await settled()
  assert.equal(sockets.length, 2)
})

/** The part of chrome.* that notifications take; `allowed` by the holder or not. */
function withNotices(allowed) {
  const made = []
  const clicked = []
  const tabs = []
  globalThis.chrome = {
    runtime: { getURL: path => `chrome-extension://id/${path}` },
    tabs: { create: async ({ url }) => void tabs.push(url) },
    permissions: { contains: async () => allowed, onAdded: { addListener: listener => (withNotices.added = listener) } },
    notifications: allowed && {
      create: async (id, what) => void made.push({ id, ...what }),
      clear: async () => true,
      onClicked: { addListener: listener => clicked.push(listener), hasListener: listener => clicked.includes(listener) },
    },
  }
  return { made, clicked, tabs }
}

test('a use is a notification where the holder allowed them, and pressing it opens the page', async () => {
  const { made, clicked, tabs } = withNotices(true)
  listenToNotices()
  withNotices.added({ permissions: ['notifications'] })
  assert.equal(clicked.length, 1, 'it listens once')
  await noticeUse(USE)
  assert.match(made[0].title, /¥3,480.*kiso-tea\.localhost/)
  assert.match(made[0].message, /Travel laptop/)
  clicked[0]('another')
  clicked[0](made[0].id)
  assert.deepEqual(tabs, ['chrome-extension://id/pages/home.html'])
})

test('without that permission nothing is shown, and nothing fails', async () => {
  const { made } = withNotices(false)
  listenToNotices()
  await noticeUse(USE)
  assert.deepEqual(made, [])
})
