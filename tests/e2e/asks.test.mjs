// Which requests of pages open a window, which wait, and which are turned away: the service worker's own
// rules, with a browser and a wallet that are played.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { exportOf } from './support/catalogues.mjs'

const PageRequests = await exportOf('extension/background/page-requests.ts')

const SHOP = 'https://shop.example'
const OTHER = 'https://other.example'
const FORM = 'A'.repeat(40)
const TAB = { windowId: 1 }

/** The windows that are open now, by number: what was opened, and whether it took the focus. */
let windows
let focused
let tabs
let wallet
let requests

function browser() {
  const session = {}
  windows = new Map()
  focused = []
  tabs = []
  globalThis.chrome = {
    runtime: {
      getURL: path => `chrome-extension://wallet/${path}`,
      ContextType: { TAB: 'TAB' },
      getContexts: async () => [
        ...[...windows].map(([windowId, { url }]) => ({ documentUrl: url, windowId, tabId: 1000 + windowId })),
        ...tabs.map(({ url }, place) => ({ documentUrl: url, windowId: TAB.windowId, tabId: place + 1 })),
      ],
    },
    storage: {
      session: {
        get: async name => structuredClone(name === null ? session : { [name]: session[name] }),
        set: async values => void Object.assign(session, structuredClone(values)),
        remove: async name => void delete session[name],
      },
    },
    windows: {
      create: async wanted => {
        const id = 100 + windows.size + focused.length
        windows.set(id, wanted)
        if (wanted.focused) focused.push(id)
        return { id }
      },
      update: async id => {
        if (!windows.has(id)) throw new Error('no such window')
        focused.push(id)
      },
      get: async id => {
        if (id !== TAB.windowId && !windows.has(id)) throw new Error('no such window')
        return { left: 0, top: 0, width: 1200 }
      },
      remove: async id => void windows.delete(id),
    },
    tabs: {
      create: async wanted => tabs.push(wanted) && { id: tabs.length },
      update: async id => {
        if (id === undefined || id > tabs.length) throw new Error('no such tab')
      },
    },
  }
}

/** A wallet that takes every form of its own party; `genuine` says which. */
function played(phase) {
  const listeners = new Set()
  const orders = []
  const refused = kind => Object.assign(new Error(kind), { name: 'WalletError', kind, details: '' })
  const view = () => ({ phase: host.phase, orders: structuredClone(phase === 'locked' && host.phase === 'locked' ? [] : orders) })
  const publish = () => {
    host.lastView = view()
    for (const listen of listeners) listen(host.lastView)
    return host.lastView
  }
  const checked = async (_origin, bytes) => {
    if (!host.genuine) throw refused('form-invalid')
    return orders.find(order => order.form === String(bytes))?.request_id ?? null
  }
  const calls = {
    view: async () => view(),
    check_form: checked,
    look_at_form: async (origin, bytes) => {
      await checked(origin, bytes)
      return { shop_name: 'Kiso Tea & Books', total_minor: 2_000, currency: 'JPY' }
    },
    check_offer: checked,
    receive_form: async (origin, bytes) => {
      const known = await checked(origin, bytes)
      if (known) return known
      const request_id = `request-${orders.length}`
      orders.push({ request_id, form: String(bytes), state: 'asked' })
      return request_id
    },
    receive_offer: checked,
    decline: async id => void decide(id, 'declined'),
  }
  const decide = (id, state) => {
    orders.find(order => order.request_id === id).state = state
    publish()
  }
  const host = {
    phase,
    genuine: true,
    orders,
    decide,
    refresh: async () => publish(),
    aside: async work => work(calls).finally(publish),
    change: async work => work(calls).finally(publish),
    listen: listener => listeners.add(listener) && (() => listeners.delete(listener)),
  }
  return host
}

function start(phase = 'ready') {
  browser()
  wallet = played(phase)
  requests = new PageRequests(wallet, { kick() {} })
}

beforeEach(() => start())

/**
 * The service worker dies after it has opened what `ask` has it open and before it notes that; another one lives on over the
 * same browser and wallet. The page that asked has heard nothing, and asks again.
 */
async function diesAt(ask) {
  const { windows: real, tabs: realTabs } = chrome
  const opened = new Promise(resolve => {
    const and = create => async wanted => {
      await create(wanted)
      resolve()
      return new Promise(() => {})
    }
    chrome.windows = { ...real, create: and(real.create) }
    chrome.tabs = { ...realTabs, create: and(realTabs.create) }
  })
  void ask()
  await opened
  Object.assign(chrome, { windows: real, tabs: realTabs })
  requests = new PageRequests(wallet, { kick() {} })
}

const order = (form = FORM, { origin = SHOP, gesture = true } = {}) => requests.answer({ type: 'order', form, gesture }, origin, TAB)
const offer = (origin, gesture = true) => requests.answer({ type: 'offer', offer: FORM, gesture }, origin, TAB)
const coupon = (text, gesture = true) =>
  requests.answer({ type: 'coupon', link: Buffer.from(text).toString('base64url'), gesture }, SHOP, TAB)
const close = async id => {
  windows.delete(id)
  await requests.windowClosed(id)
}
/** What was queued meanwhile has been done. */
const settled = () => requests.open('nothing')

test('without a gesture nothing opens, whatever is asked and however the wallet stands', async () => {
  for (const phase of ['ready', 'locked', 'new', 'enrolling']) {
    start(phase)
    for (const answer of [await order(FORM, { gesture: false }), await offer(SHOP, false)]) {
      assert.equal(answer.error?.name, 'NoGesture', phase)
    }
    assert.equal(windows.size + tabs.length, 0, phase)
  }
})

test('a link to a coupon of the page’s own site is shown in a tab of the wallet, and forgotten when that closes', async () => {
  const text = `${SHOP}/claim#2a7c.secret`
  assert.equal((await coupon(text)).ok, true)
  assert.equal(tabs.length, 1)
  const [, id] = tabs[0].url.split('#take/')
  assert.deepEqual(await requests.open(id), { kind: 'coupon', origin: SHOP, text, begun: true, waiting: [] })
  assert.equal((await coupon(`${SHOP}/claim#2a7d.secret`)).ok, true)
  assert.equal(await requests.open(id), null, 'the newer one takes the place of the older')
  await requests.tabClosed(2)
  assert.equal(await requests.open(tabs[1].url.split('#take/')[1]), null)
})

test('a link without a gesture, of another site, without a secret, or that is none opens nothing', async () => {
  assert.equal((await coupon(`${SHOP}/claim#x`, false)).error.name, 'NoGesture')
  for (const text of [`${OTHER}/claim#x`, `${SHOP}/claim`, `${SHOP}/claim#`, 'claim#x', `${SHOP}/claim#${'x'.repeat(1024)}`])
    assert.equal((await coupon(text)).error.name, 'CouponRefused', text)
  assert.equal(tabs.length, 0)
})

test('what its own party did not sign opens nothing, also while the wallet is locked or empty', async () => {
  for (const phase of ['ready', 'locked', 'new']) {
    start(phase)
    wallet.genuine = false
    for (let origin = 0; origin < 40; origin += 1) {
      assert.equal((await order(FORM, { origin: `https://a${origin}.example` })).error?.name, 'FormRefused', phase)
      assert.equal((await offer(`https://a${origin}.example`)).error?.name, 'OfferRefused', phase)
    }
    assert.equal(windows.size + tabs.length, 0, phase)
    wallet.genuine = true
    assert.ok((await order()).ok, 'an honest shop is heard')
    assert.equal(windows.size, 1)
  }
})

test('a purchase that waits for a card is told to the wallet’s own pages, until it can be taken or its window closes', async () => {
  start('new')
  assert.equal(await requests.waitingPurchase(), null)
  const id = (await order()).value.request_id
  const about = { shop_name: 'Kiso Tea & Books', total_minor: 2_000, currency: 'JPY' }
  assert.deepEqual(await requests.waitingPurchase(), about)
  assert.deepEqual((await requests.open(id)).about, about)
  wallet.phase = 'ready'
  const taken = await requests.open(id)
  assert.deepEqual([taken.request_id, taken.about], ['request-0', undefined])
  assert.equal(await requests.waitingPurchase(), null, 'from now on it is an order like any other')
  start('new')
  await order()
  await close([...windows.keys()][0])
  assert.equal(await requests.waitingPurchase(), null)
})

test('one approval at a time: the next waits without a window, and opens without taking the focus', async () => {
  const first = (await order()).value.request_id
  const second = await order('B'.repeat(40), { origin: OTHER })
  assert.ok(second.ok)
  assert.equal(windows.size, 1)
  const [window] = windows.keys()
  assert.deepEqual(focused, [window, window], 'what is open comes to the front')
  assert.deepEqual((await requests.open(first)).waiting, [OTHER], 'and says who waits')
  assert.equal((await requests.open(first)).begun, true)
  wallet.decide('request-0', 'approved')
  await settled()
  assert.equal(windows.size, 2, 'the first stays, with its progress')
  assert.equal(windows.get([...windows.keys()][1]).focused, false)
  assert.equal((await requests.open(second.value.request_id)).begun, false, 'the caret stays out of the PIN')
})

test('a window that is closed lets the next one open', async () => {
  await order()
  await order('B'.repeat(40), { origin: OTHER })
  await close([...windows.keys()][0])
  assert.equal(windows.size, 1)
  assert.equal(wallet.orders[0].state, 'declined')
})

test('a second purchase at the same store does not close the progress of the first', async () => {
  const first = (await order()).value.request_id
  wallet.decide('request-0', 'delivering')
  await settled()
  await order('B'.repeat(40))
  assert.equal(windows.size, 2)
  const status = await requests.answer({ type: 'order-status', request_id: first }, SHOP, TAB)
  assert.equal(status.value.placed, true)
  assert.equal(status.value.approved, true)
})

test('a newer request of the same store takes the place of one that is not decided', async () => {
  const first = (await order()).value.request_id
  await order('B'.repeat(40))
  assert.equal(windows.size, 1)
  const status = await requests.answer({ type: 'order-status', request_id: first }, SHOP, TAB)
  assert.equal(status.value.ended, 'Replaced')
})

test('a form that is not in order does not take the place of one that is asked', async () => {
  await order()
  wallet.genuine = false
  assert.equal((await order('B'.repeat(40))).ok, false)
  assert.equal(windows.size, 1)
  assert.equal(wallet.orders[0].state, 'asked')
})

test('a site that was declined three times in a row waits, others do not', async () => {
  for (const letter of 'ABC') {
    assert.ok((await order(letter.repeat(40))).ok, letter)
    await close([...windows.keys()][0])
  }
  const refused = await order('D'.repeat(40))
  assert.equal(refused.error?.name, 'Busy')
  assert.match(refused.error.message, /\d+ seconds/)
  assert.ok((await order(FORM, { origin: OTHER })).ok)
})

test('a site that is paid starts anew', async () => {
  for (const letter of 'ABCDEF') {
    assert.ok((await order(letter.repeat(40))).ok, letter)
    if (letter === 'C') wallet.decide('request-2', 'approved')
    await settled()
    await close([...windows.keys()].at(-1))
  }
})

test('offers that were taken, or whose tab is closed, shut nobody out', async () => {
  for (let issuer = 0; issuer < 40; issuer += 1) assert.ok((await offer(`https://issuer${issuer}.example`)).ok)
  assert.ok((await order()).ok)
  start('locked')
  for (let issuer = 0; issuer < 40; issuer += 1) {
    assert.ok((await offer(`https://issuer${issuer}.example`)).ok)
    await requests.tabClosed(tabs.length)
  }
  assert.ok((await order()).ok)
})

test('a page that was reloaded hears what became of its form, and nothing opens again', async () => {
  const asked = (await order()).value.request_id
  assert.equal((await order(FORM, { gesture: false })).value.request_id, asked)
  assert.equal(focused.length, 1, 'without a gesture nothing comes to the front')
  await close([...windows.keys()][0])
  const again = await order(FORM, { gesture: false })
  const status = await requests.answer({ type: 'order-status', request_id: again.value.request_id }, SHOP, TAB)
  assert.equal(status.value.ended, 'Declined')
  assert.equal(windows.size, 0)
})

test('after the browser’s end a page still hears of a form that was decided, and of no other', async () => {
  await order()
  wallet.decide('request-0', 'delivering')
  const { orders } = wallet
  start()
  wallet.orders.push(...orders)
  const again = await order(FORM, { gesture: false })
  const status = await requests.answer({ type: 'order-status', request_id: again.value.request_id }, SHOP, TAB)
  assert.equal(status.value.placed, true)
  wallet.orders[0].state = 'asked'
  start()
  wallet.orders.push(...orders)
  assert.equal((await order(FORM, { gesture: false })).error?.name, 'NoGesture')
})

test('a service worker that dies while it opens a window is asked again, and there is one window', async () => {
  await diesAt(order)
  const again = await order()
  assert.ok(again.ok)
  assert.equal(windows.size, 1)
  assert.equal((await requests.open(again.value.request_id)).begun, true, 'the holder expects to type there')
  await close([...windows.keys()][0])
  assert.equal(wallet.orders[0].state, 'declined', 'closing it declines')
})

test('a window whose opening was not noted declines when it is closed, also before the page asks again', async () => {
  await diesAt(order)
  const [[id, { url }]] = windows
  await requests.open(new URL(url).searchParams.get('ask'))
  await close(id)
  assert.equal(wallet.orders[0].state, 'declined')
})

test('a service worker that dies while it opens the next window opens it once', async () => {
  await order()
  await order('B'.repeat(40), { origin: OTHER })
  const [first] = windows.keys()
  await diesAt(() => close(first))
  assert.equal(windows.size, 1)
  wallet.decide('request-0', 'declined')
  await settled()
  assert.equal((await order('B'.repeat(40), { origin: OTHER })).ok, true)
  assert.equal(windows.size, 1)
})

test('a service worker that dies while it opens a tab is asked again, and there is one tab', async () => {
  start('locked')
  await diesAt(() => offer(SHOP))
  assert.ok((await offer(SHOP)).ok)
  assert.equal(tabs.length, 1)
  start()
  const link = () => coupon(`${SHOP}/claim#2a7c.secret`)
  await diesAt(link)
  assert.ok((await link()).ok)
  assert.equal(tabs.length, 1)
  assert.equal((await requests.open(tabs[0].url.split('#take/')[1])).kind, 'coupon', 'which shows the link')
})
