// Purchases with the real extension against the local parties: the store's page asks, the approval
// window opens, the PIN is typed, Approve is pressed. The time runs from the click to the courier's
// acceptance, told by the wallet's own pushes and by the requests that its service worker made.
import { words } from '../../scripts/lib/shopper.mjs'
import { processorMs } from './processor.mjs'
import { summary } from './statistics.mjs'

/** A party confirms itself to a holder 30 times a minute: so long is from one purchase to the next at least. */
const PACE_MS = 2_100
/** One packet each time: the shelf holds 80. */
const GOODS = [{ sku: 'hojicha-100', quantity: 1 }]

/**
 * Buys `count` times, after `warmUp` times that do not count. Resolves to summaries in milliseconds,
 * the parties' processor time for each order, the approval window's first paints. With `reader`, a
 * VirtualCard on which an account lives, that account pays, and `line` is what went over the line.
 *
 * @param {object} shopper a Shopper
 * @param {{ count: number, warmUp?: number, reader?: import('../../scripts/lib/virtual-card.mjs').VirtualCard }} options
 */
export async function purchases(shopper, { count, warmUp = 2, reader }) {
  const store = await shopper.openPage(shopper.parties.url('shop'))
  await store.getByRole('heading', { level: 1 }).first().waitFor()
  const paints = { cold: [], warm: [] }
  const steps = { total: [], approve: [], confirm: [], send: [], settle: [] }
  const requests = []
  if (reader) await chooseReader(shopper, store)
  // The service worker is not running when the first window opens: that one is cold.
  await shopper.killServiceWorker()
  let cpu
  let counted
  for (let i = -warmUp; i < count; i++) {
    if (i === 0) {
      cpu = processorMs()
      counted = await reader?.counters()
    }
    const [bought] = await Promise.all([buy(shopper, store, pinOf(shopper, reader)), pace()])
    paints[i === -warmUp ? 'cold' : 'warm'].push(bought.paint)
    if (i < 0) continue
    for (const [step, list] of Object.entries(steps)) list.push(bought[step])
    requests.push(bought.requests)
  }
  const used = cpu === undefined ? null : processorMs() - cpu
  const now = Object.entries((await reader?.counters()) ?? {})
  await store.close()
  return {
    count,
    ms: Object.fromEntries(Object.entries(steps).map(([step, list]) => [step, summary(list)])),
    requests: summary(requests),
    line: Object.fromEntries(now.map(([name, value]) => [name, value - counted[name]])),
    partiesProcessorMsPerOrder: used === null ? null : used / count,
    paints,
  }
}

/**
 * Buys once. Resolves to the times of its steps, and to when the approval window painted and could take the PIN.
 *
 * @param {object} shopper a Shopper
 * @param {object} store the store's page
 */
export async function buyOnce(shopper, store) {
  const [bought] = await Promise.all([buy(shopper, store, pinOf(shopper)), pace()])
  return bought
}

const pace = () => new Promise(resolve => setTimeout(resolve, PACE_MS))

/** Which PIN is asked for, and what it is. */
const pinOf = (shopper, reader) =>
  reader ? { label: words('approve.pin.reader'), digits: shopper.readerPin } : { label: words('approve.pin'), digits: shopper.person.pin }

/** Pays once with the account in the reader, which is proposed from then on. */
async function chooseReader(shopper, store) {
  const approval = await ask(shopper, store)
  const { cards } = await shopper.view()
  await shopper.payWith(approval, new RegExp(cards.find(({ place }) => place === 'reader').issuer_name))
  await shopper.approveInReader(approval)
  await shopper.delivered(approval)
  await approval.close()
}

async function buy(shopper, store, { label, digits }) {
  const approval = await ask(shopper, store)
  const pin = approval.getByLabel(label, { exact: true })
  await pin.waitFor()
  await approval.evaluate(watch)
  const worker = await serviceWorker(shopper)
  await worker.evaluate(() => performance.clearResourceTimings())
  await pin.fill(digits)
  await approval.getByRole('button', { name: /^Approve/ }).click()
  await approval.waitForFunction(() => globalThis.marks.delivering, undefined, { polling: 50 })
  const { marks, pinAt } = await approval.evaluate(() => ({ marks: globalThis.marks, pinAt: globalThis.pinAt }))
  const paint = await paintsOf(approval)
  const made = await worker.evaluate(() =>
    performance.getEntriesByType('resource').map((/** @type {PerformanceResourceTiming} */ { name, startTime, responseEnd }) => ({
      path: new URL(name).pathname,
      from: performance.timeOrigin + startTime,
      to: performance.timeOrigin + responseEnd,
    })),
  )
  await approval.close()
  return { ...split(marks, made), paint, pinAt }
}

/** The store's page asks for an order, as its checkout does; resolves to the approval window. */
async function ask(shopper, store) {
  const opened = shopper.context.waitForEvent('page', { predicate: page => page.url().includes('/approve.html') })
  await store.evaluate(async items => {
    const answer = await fetch('/v1/forms', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ items }),
    })
    const form = new Uint8Array(await answer.arrayBuffer())
    void navigator.tallystick.requestOrder(form).catch(() => undefined)
  }, GOODS)
  return opened
}

/** Runs in the approval window: notes when Approve is pressed and when the order is in which state. */
function watch() {
  const now = () => performance.timeOrigin + performance.now()
  globalThis.marks = {}
  document.addEventListener('click', () => (globalThis.marks.pressed ??= now()), true)
  let id
  const port = chrome.runtime.connect({ name: 'view' })
  port.onMessage.addListener(({ type, view }) => {
    if (type !== 'view') return
    id ??= view.orders.find(({ state }) => state === 'asked')?.request_id
    const order = view.orders.find(({ request_id }) => request_id === id)
    if (order) globalThis.marks[order.state] ??= now()
  })
}

/** Where the time went, in milliseconds. */
function split({ pressed, delivering }, requests) {
  const confirmations = requests.filter(({ path }) => path === '/v1/confirmations')
  const orders = requests.filter(({ path }) => path === '/v1/orders')
  if (confirmations.length === 0 || orders.length === 0) throw new Error('the service worker’s requests could not be seen')
  const first = Math.min(...confirmations.map(({ from }) => from))
  const sent = Math.min(...orders.map(({ from }) => from))
  const placed = Math.max(...orders.map(({ to }) => to))
  return {
    total: delivering - pressed,
    approve: first - pressed,
    confirm: sent - first,
    send: placed - sent,
    settle: delivering - placed,
    requests: requests.length,
  }
}

/** The service worker that runs now, or the next. */
export async function serviceWorker(shopper) {
  const ours = () =>
    shopper.context
      .serviceWorkers()
      .filter(worker => worker.url().includes(shopper.browser.extensionId))
      .at(-1)
  return ours() ?? shopper.context.waitForEvent('serviceworker')
}

/**
 * When a page, whose content is there, painted first and when its largest piece: milliseconds from its
 * beginning. { first, largest }.
 */
export async function paintsOf(page) {
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
  return page.evaluate(async () => {
    const largest = await new Promise(resolve => {
      const observer = new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
      observer.observe({ type: 'largest-contentful-paint', buffered: true })
    })
    return { first: performance.getEntriesByName('first-contentful-paint')[0].startTime, largest }
  })
}
