// The content script: says that a wallet is here, and carries requests of the page to it and
// answers back. It reads nothing of the page, decides nothing, and trusts neither side.

import { isPayload, type OrderStatus, type PageAnswer, type PageProblem, type PageRequest, type PageTold } from '../shared/messages'
import { pressedInWallet, takeGesture, watchGestures } from './gesture'

const VERSION = 1
/** What the wallet asks an issuer for itself and keeps for its holder: the issuer's page need not show it. */
const KEEPS = ['account-code']
/** The detail of an event: a payload, its identifier and the JSON around them. */
const DETAIL_CHARACTERS_MAX = 64 * 1024 + 256
/** Requests of one page that may be under way at once. */
const REQUESTS_MAX = 8
/** The service worker may die at any moment; the browser starts it again for the next message. */
const RETRY_PAUSE_MS = 250
const RETRIES_MAX = 40

interface Incoming {
  id: string
  type: 'order' | 'offer' | 'coupon'
  payload: string
}

class Refused extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly orderId?: string,
  ) {
    super(message)
  }
}

let underWay = 0

function announce(): void {
  window.dispatchEvent(new CustomEvent('tallystick:announce', { detail: JSON.stringify({ version: VERSION, keeps: KEEPS }) }))
}

function respond(id: string, outcome: { ok: true; result: unknown } | { ok: false; error: PageProblem & { orderId?: string } }): void {
  window.dispatchEvent(new CustomEvent('tallystick:response', { detail: JSON.stringify({ id, ...outcome }) }))
}

function read(detail: unknown): Incoming | null {
  if (typeof detail !== 'string') return null
  if (detail.length > DETAIL_CHARACTERS_MAX) return tooLong(detail)
  try {
    const { id, type, payload } = JSON.parse(detail) as Record<string, unknown>
    if (typeof id !== 'string' || !/^[A-Za-z0-9-]{1,64}$/.test(id)) return null
    if (type !== 'order' && type !== 'offer' && type !== 'coupon') return null
    return isPayload(payload) ? { id, type, payload } : { id, type, payload: '' }
  } catch {
    return null
  }
}

/** What is too long is not parsed; its identifier alone is looked for, so that the page gets an answer. */
function tooLong(detail: string): Incoming | null {
  const id = /"id":"([A-Za-z0-9-]{1,64})"/.exec(detail.slice(0, 256))?.[1]
  return id ? { id, type: 'order', payload: '' } : null
}

async function send<T>(request: PageRequest): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    if (!chrome.runtime?.id) throw new Refused('Unavailable', 'The wallet was updated or removed. Reload the page.')
    let answer: PageAnswer<T> | undefined
    try {
      answer = await chrome.runtime.sendMessage<PageRequest, PageAnswer<T> | undefined>(request)
    } catch {
      answer = undefined
    }
    if (answer?.ok) return answer.value
    if (answer) throw new Refused(answer.error.name, answer.error.message)
    if (attempt === RETRIES_MAX) throw new Refused('Unavailable', 'The wallet does not answer. Reload the page.')
    await new Promise(resolve => setTimeout(resolve, RETRY_PAUSE_MS))
  }
}

const ENDS: Record<NonNullable<OrderStatus['ended']>, string> = {
  Declined: 'The holder declined the order.',
  Replaced: 'Another request of this shop, perhaps in another tab, took the place of this one.',
  Expired: 'The order form expired before it was approved.',
  Refused: 'The order was refused.',
  Failed: 'The order could not be placed.',
}

/** Tells the page, once, that its holder has approved: what is left is between the wallet and the shop. */
function tellApproved(id: string): void {
  window.dispatchEvent(new CustomEvent('tallystick:progress', { detail: JSON.stringify({ id, state: 'approved' }) }))
}

/** Resolves when the shop has the order; rejects when it never will. */
async function placeOrder(id: string, form: string, gesture: boolean): Promise<{ orderId: string; state: string }> {
  const { request_id } = await send<{ request_id: string }>({ type: 'order', form, gesture })
  let seen: string | undefined
  let told = false
  for (;;) {
    const status: OrderStatus = await send({ type: 'order-status', request_id, seen })
    if (status.approved && !told) {
      told = true
      tellApproved(id)
    }
    if (status.ended) throw new Refused(status.ended, ENDS[status.ended], status.order_id)
    if (status.placed) return { orderId: status.order_id ?? '', state: status.state }
    seen = status.state
  }
}

/** What the page is told when it is done. */
async function done(type: Incoming['type'], id: string, payload: string, gesture: boolean): Promise<unknown> {
  if (type === 'order') return placeOrder(id, payload, gesture)
  await send(type === 'offer' ? { type, offer: payload, gesture } : { type, link: payload, gesture })
  return null
}

async function serve({ id, type, payload }: Incoming): Promise<void> {
  // Before anything waits: a gesture is for what it was made for.
  const gesture = takeGesture()
  underWay += 1
  try {
    if (!payload) throw new Refused('BadRequest', 'What the page hands over is empty, over 64 KiB, or not base64url.')
    if (underWay > REQUESTS_MAX) throw new Refused('Busy', 'This page has too many requests under way.')
    const result = await done(type, id, payload, gesture)
    respond(id, { ok: true, result })
  } catch (error) {
    const { name, message, orderId } = error instanceof Refused ? error : new Refused('Unavailable', String(error))
    respond(id, { ok: false, error: { name, message, orderId } })
  } finally {
    underWay -= 1
  }
}

if (window === window.top) {
  watchGestures()
  chrome.runtime.onMessage.addListener((told: PageTold, sender) => {
    if (sender.id !== chrome.runtime.id || told.type !== 'again') return
    pressedInWallet()
    window.dispatchEvent(new CustomEvent('tallystick:again'))
  })
  window.addEventListener('tallystick:discover', announce)
  window.addEventListener('tallystick:request', event => {
    const request = read((event as CustomEvent<unknown>).detail)
    if (request) void serve(request)
  })
  announce()
}
