// What web pages may ask, through the content script: offer an order, offer an account, hand over a link to a coupon, and
// learn how their own order stands. Nothing here pays; only the holder's own pages can approve.
//
// Nothing opens that the holder did not begin on that page, nor for anything that its own party did
// not sign. One approval is open at a time: the next waits its turn without a window.

import { t } from '../i18n'
import { bytesOf } from '../shared/bytes'
import type { AskView, OfferRequest, OrderRequest, OrderStatus, PageAnswer, PageRequest } from '../shared/messages'
import { wordsOf } from '../shared/problem-words'
import type { FormView, WalletView } from '../shared/wallet-types'
import { allAsks, findAsk, makeRoom, removeAsk, saveAsk, type Ask } from './asks'
import { takeLink } from './coupon-links'
import type { Drive } from './drive'
import { statusOf } from './order-status'
import { turnedDown, waitMs, welcome } from './patience'
import { problemOf } from './problems'
import type { WalletHost } from './wallet-host'
import * as windows from './windows'

/** An answer to a waiting content script is held back at most this long. */
const STATUS_WAIT_MS = 20_000
/** Stands for the wallet's name of an offer, which has none. */
const TAKEN = 'taken'

const refuse = (name: string, message: string): PageAnswer<never> => ({ ok: false, error: { name, message } })
const accept = ({ id }: Ask): PageAnswer<unknown> => ({ ok: true, value: { request_id: id } })

export class PageRequests {
  #host: WalletHost
  #drive: Drive
  #queue: Promise<unknown> = Promise.resolve()

  constructor(host: WalletHost, drive: Drive) {
    this.#host = host
    this.#drive = drive
    // What was decided makes room for what waits.
    host.listen(view => void this.#alone(() => this.#settle(view)).catch(() => undefined))
  }

  async answer(request: PageRequest, origin: string, tab: chrome.tabs.Tab | undefined): Promise<PageAnswer<unknown>> {
    if (request.type === 'order-status') return this.#status(request.request_id, request.seen, origin)
    if (request.type === 'coupon') return this.#alone(() => takeLink(request, origin))
    return this.#alone(() => this.#take(request, origin, tab))
  }

  /** Takes a form or offer that had to wait until the wallet could, or a link as it is; for the extension's own pages. */
  async open(id: string): Promise<AskView | null> {
    return this.#alone(async () => {
      const stored = await findAsk(id)
      if (!stored) return null
      const ask = await this.#placed(stored)
      if (ask.kind === 'coupon') return { kind: ask.kind, origin: ask.origin, text: ask.payload, begun: true, waiting: [] }
      const { kind, origin, request_id, about, problem, begun = false } = await this.#handOver(ask)
      const waiting = (await allAsks()).filter(one => isWaiting(one) && one.id !== id).map(one => one.origin)
      return { kind, origin, request_id, about, problem, begun, waiting }
    })
  }

  /** What the order is about that waits in its window for a card, or nothing. */
  async waitingPurchase(): Promise<FormView | null> {
    const waiting = (await allAsks()).findLast(ask => isOpenWindow(ask) && ask.about)
    return waiting?.about ?? null
  }

  /**
   * The holder wants to pay what was refused with another card: brings the page that asked to the front and
   * has it ask once more. False when that page is gone.
   */
  async again(id: string): Promise<boolean> {
    const ask = await findAsk(id)
    if (ask?.kind !== 'order' || !(await windows.focusTab(ask.page_tab_id))) return false
    await windows.focusWindow(ask.opener_id)
    return windows.tellPage(ask.page_tab_id, { type: 'again' })
  }

  /** A window of the browser closed: an order still asked for in it is declined. */
  async windowClosed(windowId: number): Promise<void> {
    return this.#alone(async () => {
      const ask = (await allAsks()).find(one => one.window_id === windowId)
      if (!ask) return
      if (ask.ended) await saveAsk({ ...ask, window_id: undefined })
      else await this.#close({ ...ask, window_id: undefined })
      await this.#showNext()
    })
  }

  /** A tab of the browser closed: an offer still asked for in it is asked no longer. */
  async tabClosed(tabId: number): Promise<void> {
    return this.#alone(async () => {
      const ask = (await allAsks()).find(one => one.tab_id === tabId && (!one.ended || one.kind === 'coupon'))
      if (ask?.kind === 'coupon') await removeAsk(ask.id)
      else if (ask) await this.#close({ ...ask, tab_id: undefined })
    })
  }

  async #take(request: OrderRequest | OfferRequest, origin: string, tab?: chrome.tabs.Tab): Promise<PageAnswer<unknown>> {
    const { type: kind, gesture } = request
    const payload = request.type === 'order' ? request.form : request.offer
    const digest = await digestOf(payload)
    const asks = (await allAsks()).filter(ask => ask.kind === kind && ask.origin === origin)
    // A page that was reloaded takes its request up again, also one that was decided meanwhile.
    const same = asks.findLast(ask => ask.digest === digest && (!ask.ended || ask.request_id !== TAKEN) && !(ask.closed && gesture))
    if (same) {
      if (gesture) await this.#show(same, tab)
      return accept(same)
    }
    const asked = { id: crypto.randomUUID(), kind, origin, digest, payload, opener_id: tab?.windowId, page_tab_id: tab?.id, at: Date.now() }
    const checked = await (gesture ? this.#check(asked) : this.#recall(asked))
    if ('refused' in checked) return checked.refused
    if (!gesture) return accept(await saveAsk(checked.ask))
    // One question at a time from each origin: the newer one takes the older one's place.
    for (const older of asks.filter(ask => !ask.ended)) await this.#close({ ...older, replaced: true })
    if (!(await makeRoom())) return refuse('Busy', 'Too many sites are waiting for an answer.')
    const ask = await saveAsk(checked.ask)
    await this.#show(ask, tab)
    return accept(ask)
  }

  /** Whether the holder may be asked this; only then anything is kept of it. */
  async #check(asked: Ask): Promise<{ ask: Ask } | { refused: PageAnswer<never> }> {
    // Before anything is parsed: garbage costs its sender more than the wallet.
    const wait = await waitMs(asked.origin)
    if (wait > 0) return { refused: refuse('Busy', t('ask.wait', { seconds: Math.ceil(wait / 1000) })) }
    const ask = await this.#handOver(asked)
    if (!ask.problem) return { ask }
    // In the holder's language: the page may show it, and no window of the wallet says it.
    const { sentence, remedy } = wordsOf(ask.problem)
    return { refused: refuse(asked.kind === 'order' ? 'FormRefused' : 'OfferRefused', `${sentence} ${remedy}`) }
  }

  /** Without a gesture a page may only learn what became of a form that was decided before the browser last ended. */
  async #recall(asked: Ask): Promise<{ ask: Ask } | { refused: PageAnswer<never> }> {
    const request_id = asked.kind === 'order' ? await this.#known(asked) : undefined
    const order = this.#host.lastView?.orders.find(one => one.request_id === request_id)
    const decided = order && order.state !== 'asked' && (await makeRoom())
    if (!decided) return { refused: refuse('NoGesture', t('ask.no-gesture')) }
    return { ask: { ...asked, request_id, payload: undefined, ended: true } }
  }

  /** The wallet's name for the order that this very form has led to. */
  async #known({ origin, payload = '' }: Ask): Promise<string | undefined> {
    try {
      return (await this.#host.aside(wallet => wallet.check_form(origin, bytesOf(payload)))) ?? undefined
    } catch {
      return undefined
    }
  }

  /** Gives the wallet what it can take now; what it cannot take yet, it looks at all the same. */
  async #handOver(ask: Ask): Promise<Ask> {
    if (ask.request_id || !ask.payload) return ask
    const outcome = await this.#offerToWallet(ask, ask.payload).catch((error: unknown) => ({ ...ask, problem: problemOf(error) }))
    const changed = JSON.stringify(outcome) !== JSON.stringify(ask)
    return changed && (await findAsk(ask.id)) ? saveAsk(outcome) : outcome
  }

  async #offerToWallet(ask: Ask, payload: string): Promise<Ask> {
    const { phase } = await this.#host.refresh()
    const bytes = bytesOf(payload)
    if (ask.kind === 'offer') {
      if (phase === 'locked') await this.#host.aside(wallet => wallet.check_offer(ask.origin, bytes))
      else await this.#host.change(wallet => wallet.receive_offer(ask.origin, bytes))
      return phase === 'locked' ? ask : { ...ask, request_id: TAKEN, ended: true, payload: undefined, problem: undefined }
    }
    if (phase !== 'ready') {
      return { ...ask, about: await this.#host.aside(wallet => wallet.look_at_form(ask.origin, bytes)) }
    }
    const request_id = await this.#host.change(wallet => wallet.receive_form(ask.origin, bytes))
    // A form expires by itself, which the window must show.
    this.#drive.kick()
    return { ...ask, request_id, payload: undefined, problem: undefined, about: undefined }
  }

  async #show(ask: Ask, tab?: chrome.tabs.Tab): Promise<void> {
    if (ask.kind === 'offer') {
      if (await windows.focusTab(ask.tab_id)) return
      await saveAsk({ ...ask, tab_id: await windows.openOnboarding(ask.id) })
      return
    }
    // A page that was reloaded asks again for what the holder may have decided meanwhile.
    const known = this.#host.lastView?.orders.find(one => one.request_id === ask.request_id)
    if (known && known.state !== 'asked') return
    if (await windows.focusWindow(ask.window_id)) return
    // Another approval is open: it comes to the front and says who waits.
    for (const other of (await allAsks()).filter(isOpenWindow))
      if (other.id !== ask.id && (await windows.focusWindow(other.window_id))) return
    const begun = await saveAsk({ ...ask, begun: true })
    await saveAsk({ ...begun, window_id: await windows.openApproveWindow(ask.id, tab?.windowId, true) })
  }

  /** With the window in which its page is, should the service worker have died before that was noted: closing it declines. */
  async #placed(ask: Ask): Promise<Ask> {
    if (ask.kind !== 'order' || ask.ended || ask.window_id !== undefined) return ask
    const window_id = await windows.approveWindowOf(ask.id)
    return window_id === undefined ? ask : saveAsk({ ...ask, window_id })
  }

  /** Opens what waited longest, if no approval is open; behind what the holder is doing now. */
  async #showNext(): Promise<void> {
    const asks = await allAsks()
    for (const open of asks.filter(isOpenWindow)) if (await windows.exists(open.window_id)) return
    const next = asks.find(isWaiting)
    if (next) await saveAsk({ ...next, window_id: await windows.openApproveWindow(next.id, next.opener_id, false) })
  }

  /** Ends what was decided meanwhile, in whatever window, and shows what comes next. */
  async #settle({ orders }: WalletView): Promise<void> {
    let ended = false
    for (const ask of await allAsks()) {
      const order = ask.ended || ask.kind === 'offer' ? undefined : orders.find(one => one.request_id === ask.request_id)
      if (!order || order.state === 'asked') continue
      ended = true
      await saveAsk({ ...ask, ended: true })
      if (order.state === 'declined') await turnedDown(ask.origin)
      else if (order.state !== 'expired') await welcome(ask.origin)
    }
    if (ended) await this.#showNext()
  }

  async #close(ask: Ask): Promise<void> {
    await saveAsk({ ...ask, payload: undefined, closed: true, ended: true })
    await turnedDown(ask.origin)
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

const isOpenWindow = (ask: Ask): boolean => ask.kind === 'order' && !ask.ended && ask.window_id !== undefined
const isWaiting = (ask: Ask): boolean => ask.kind === 'order' && !ask.ended && ask.window_id === undefined

/** The payload's SHA-256, in hexadecimal. */
async function digestOf(payload: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(payload))
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
}
