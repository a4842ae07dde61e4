// What web pages may ask, through the content script: offer an order, offer an account, and
// learn how their own order stands. Nothing here pays; only the holder's own pages can approve.

import { bytesOf, type AskView, type OrderStatus, type PageAnswer, type PageRequest } from '../messages'
import type { OrderView, WalletView } from '../wallet-types'
import { wordsOf } from '../pages/problem-words'
import { allAsks, findAsk, makeRoom, removeAsk, saveAsk, type Ask } from './asks'
import type { Drive } from './drive'
import { problemOf } from './problems'
import type { WalletHost } from './wallet-host'
import * as windows from './windows'

/** An answer to a waiting content script is held back at most this long. */
const STATUS_WAIT_MS = 20_000
/** Stands for the wallet's name of an offer, which has none. */
const TAKEN = 'taken'

const refuse = (name: string, message: string): PageAnswer<never> => ({ ok: false, error: { name, message } })

export class PageRequests {
  #host: WalletHost
  #drive: Drive
  #queue: Promise<unknown> = Promise.resolve()

  constructor(host: WalletHost, drive: Drive) {
    this.#host = host
    this.#drive = drive
  }

  async answer(request: PageRequest, origin: string, tab: chrome.tabs.Tab | undefined): Promise<PageAnswer<unknown>> {
    if (request.type === 'order-status') return this.#status(request.request_id, request.seen, origin)
    const kind = request.type
    const payload = request.type === 'order' ? request.form : request.offer
    return this.#alone(() => this.#take(kind, payload, origin, tab))
  }

  /** Takes a form or offer that had to wait until the wallet could; for the extension's own pages. */
  async open(id: string): Promise<AskView | null> {
    return this.#alone(async () => {
      const ask = await findAsk(id)
      if (!ask) return null
      const { kind, origin, request_id, problem } = await this.#offerToWallet(ask)
      return { kind, origin, request_id, problem }
    })
  }

  /** A window of the browser closed: an order still asked for in it is declined. */
  async windowClosed(windowId: number): Promise<void> {
    return this.#alone(async () => {
      const ask = (await allAsks()).find(one => one.window_id === windowId && !one.closed)
      if (ask) await this.#close(ask)
    })
  }

  async #take(kind: Ask['kind'], payload: string, origin: string, tab?: chrome.tabs.Tab): Promise<PageAnswer<unknown>> {
    const open = (await allAsks()).filter(ask => ask.kind === kind && ask.origin === origin && !ask.closed)
    const digest = await digestOf(payload)
    let ask = open.find(one => one.digest === digest)
    if (!ask) {
      // One question at a time from each origin: the newer one takes the older one's place.
      for (const older of open) await this.#close({ ...older, replaced: true })
      if (!(await makeRoom())) return refuse('Busy', 'Too many requests are waiting for an answer.')
      ask = await saveAsk({ id: crypto.randomUUID(), kind, origin, digest, payload, at: Date.now() })
    }
    ask = await this.#offerToWallet(ask)
    if (ask.problem) {
      await removeAsk(ask.id)
      // In the holder's language: the page may show it, and no window of the wallet says it.
      const { sentence, remedy } = wordsOf(ask.problem)
      return refuse(kind === 'order' ? 'FormRefused' : 'OfferRefused', `${sentence} ${remedy}`)
    }
    await this.#show(ask, tab)
    return { ok: true, value: { request_id: ask.id } }
  }

  async #offerToWallet(ask: Ask): Promise<Ask> {
    if (ask.request_id || !ask.payload) return ask
    try {
      const { phase } = await this.#host.refresh()
      if (phase === 'locked' || (ask.kind === 'order' && phase !== 'ready')) return ask
      const bytes = bytesOf(ask.payload)
      if (ask.kind === 'order') {
        const request_id = await this.#host.change(wallet => wallet.receive_form(ask.origin, bytes))
        // A form expires by itself, which the window must show.
        this.#drive.kick()
        return await saveAsk({ ...ask, request_id, payload: undefined, problem: undefined })
      }
      await this.#host.change(wallet => wallet.receive_offer(ask.origin, bytes))
      return await saveAsk({ ...ask, request_id: TAKEN, payload: undefined, problem: undefined })
    } catch (error) {
      return saveAsk({ ...ask, problem: problemOf(error) })
    }
  }

  async #show(ask: Ask, tab?: chrome.tabs.Tab): Promise<void> {
    if (ask.kind === 'order') {
      // A page that was reloaded asks again for what the holder may have decided meanwhile.
      const known = this.#host.lastView?.orders.find(one => one.request_id === ask.request_id)
      if (known && known.state !== 'asked') return
      if (await windows.focusWindow(ask.window_id)) return
      await saveAsk({ ...ask, window_id: await windows.openApproveWindow(ask.id, tab) })
      return
    }
    if (await windows.focusTab(ask.tab_id)) return
    await saveAsk({ ...ask, tab_id: await windows.openOnboarding(ask.id) })
  }

  async #close(ask: Ask): Promise<void> {
    await saveAsk({ ...ask, payload: undefined, closed: true })
    await windows.closeWindow(ask.window_id)
    const { request_id } = ask
    if (ask.kind !== 'order' || !request_id) return
    await this.#host.change(async wallet => {
      const order = (await wallet.view()).orders.find(one => one.request_id === request_id)
      if (order?.state === 'asked') await wallet.decline(request_id)
    })
  }

  async #status(id: string, seen: string | undefined, origin: string): Promise<PageAnswer<OrderStatus>> {
    const deadline = Date.now() + STATUS_WAIT_MS
    for (;;) {
      const changed = this.#changeOrTimeout(deadline - Date.now())
      const ask = await findAsk(id)
      if (!ask || ask.kind !== 'order' || ask.origin !== origin) {
        return refuse('NotFound', 'This page has no such order in the wallet.')
      }
      const status = statusOf(ask, await this.#host.refresh())
      if (status.state !== seen || Date.now() >= deadline) return { ok: true, value: status }
      await changed
    }
  }

  #changeOrTimeout(ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        stop()
        resolve()
      }
      // storage.session also changes without the wallet changing: a closed window, a taken form.
      const timer = setTimeout(done, Math.min(Math.max(ms, 0), 1_000))
      const stop = this.#host.listen(done)
    })
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work)
    this.#queue = result.catch(() => undefined)
    return result
  }
}

/** The payload's SHA-256, in hexadecimal. */
async function digestOf(payload: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(payload))
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** What the page that asked may know of its order. */
function statusOf(ask: Ask, view: WalletView): OrderStatus {
  const order = view.orders.find(one => one.request_id === ask.request_id)
  if (ask.replaced && (!order || order.state === 'declined')) return { state: 'declined', ended: 'Replaced', placed: false }
  if (!order) {
    // A locked wallet shows no orders: one that was approved goes on once it is unlocked.
    const undecided = !ask.request_id || view.phase === 'ready'
    if (ask.closed && undecided) return { state: 'declined', ended: 'Declined', placed: false }
    return { state: 'waiting', placed: false }
  }
  return { state: order.state, order_id: order.order_id, ...endOf(order) }
}

function endOf({ state }: OrderView): Pick<OrderStatus, 'ended' | 'placed'> {
  switch (state) {
    case 'declined':
      return { ended: 'Declined', placed: false }
    case 'expired':
      return { ended: 'Expired', placed: false }
    case 'refused':
      return { ended: 'Refused', placed: false }
    case 'failed':
      return { ended: 'Failed', placed: false }
    case 'received':
    case 'authorised':
    case 'delivering':
      return { placed: true }
    default:
      return { placed: false }
  }
}
