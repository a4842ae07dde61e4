// The merchant API of a Tallystick shop, /v1/merchant: docs/shops.md tells what each call is for.
import { loopback } from '#loopback'
import { Problem, problemOf, unreachable } from './problem.js'

/** How long one attempt may take. */
const ATTEMPT_MS_MAX = 10_000
/** How often a request is sent that nobody answered: each carries what makes it the same request. */
const ATTEMPTS_MAX = 3
const PAUSE_MS = 300
/** How long the keys of webhooks are believed before they are read again. */
const KEYS_MS_MAX = 10 * 60_000
/** How often an unknown key may make us read them again. */
const KEYS_MS_MIN = 10_000
/** Statuses of which the next attempt may know better. */
const PASSING = [502, 503, 504]

/** A shop as its own server sees it. */
export class Shop {
  #url
  #apiKey
  #fetch
  #keys = { read: -Infinity, keys: [] }

  constructor({ url, apiKey, fetch = globalThis.fetch }) {
    if (typeof apiKey !== 'string' || apiKey.length < 24) throw new TypeError('apiKey is missing: an API key has at least 24 characters.')
    this.#url = new URL(url)
    this.#apiKey = apiKey
    this.#fetch = fetch
    this.orders = orders(this)
    this.catalogue = catalogue(this)
    this.events = events(this)
  }

  /** Has the shop sign an order form, which the page hands to the wallet. */
  createForm(request, options) {
    return this.request('POST', 'forms', { body: request, ...once(options) })
  }

  /** The key of this name with which the shop signs webhooks; what `verifyWebhook` takes. */
  webhookKey = async kid => {
    const known = () => this.#keys.keys.find(key => key.kid === kid)
    const age = Date.now() - this.#keys.read
    if (age > KEYS_MS_MAX || (!known() && age > KEYS_MS_MIN)) {
      const { keys } = await this.request('GET', 'webhook-keys')
      this.#keys = { read: Date.now(), keys }
    }
    return known()
  }

  /** One request of the merchant API; the answer's JSON, or a `Problem`. */
  async request(method, path, { query = {}, body, idempotencyKey } = {}) {
    const url = new URL(`/v1/merchant/${path}`, this.#url)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
    const headers = { authorization: `Bearer ${this.#apiKey}`, accept: 'application/json' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
    const asked = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }
    const answer = await this.#send(url, asked)
    if (!answer.ok) throw await problemOf(answer)
    return answer.json().catch(cause => {
      throw new Problem(
        { kind: 'malformed-answer', status: answer.status, title: 'The shop answered with something that is not JSON.' },
        { cause },
      )
    })
  }

  /** Sends a request until somebody answers it; every one may be sent again. */
  async #send(url, asked) {
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === ATTEMPTS_MAX
      try {
        const signal = AbortSignal.timeout(ATTEMPT_MS_MAX)
        const answer = await (loopback(url, { ...asked, signal }) ?? this.#fetch(url, { ...asked, redirect: 'error', signal }))
        if (last || !PASSING.includes(answer.status)) return answer
        await answer.body?.cancel()
      } catch (cause) {
        if (last) throw unreachable(url, cause)
      }
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS * attempt))
    }
  }
}

const orders = shop => {
  const path = (number, rest = '') => `orders/${encodeURIComponent(number)}${rest}`
  const list = (filter = {}) => shop.request('GET', 'orders', { query: filter })
  return {
    list,
    get: number => shop.request('GET', path(number)),
    pack: (number, options) => shop.request('POST', path(number, '/packed'), once(options)),
    handOver: (number, lines, options) =>
      shop.request('POST', path(number, '/handed-over'), { body: { lines: lines ?? [] }, ...once(options) }),
    cancel: (number, options) => shop.request('POST', path(number, '/cancellation'), once(options)),
    refund: (number, amountMinor, options) =>
      shop.request('POST', path(number, '/refunds'), { body: { amount_minor: amountMinor }, ...once(options) }),
    /** Every order of `list`, page by page. */
    async *all(filter = {}) {
      for (let before; ;) {
        const { orders, next } = await list({ ...filter, ...(before !== undefined && { before }) })
        yield* orders
        if (next === undefined || next === null) return
        before = next
      }
    },
  }
}

const catalogue = shop => ({
  put: catalogue => shop.request('PUT', 'catalogue', { body: catalogue }),
  get: () => shop.request('GET', 'catalogue'),
})

const events = shop => ({
  list: (page = {}) => shop.request('GET', 'events', { query: page }),
  sendAgain: id => shop.request('POST', `events/${encodeURIComponent(id)}/again`),
})

/** What makes a request the same when it is sent again: the caller's word for it, or one for this call. */
const once = ({ idempotencyKey = crypto.randomUUID() } = {}) => ({ idempotencyKey })
