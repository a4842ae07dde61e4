// Whether a webhook is the shop's: signed by its key, about this very request, just now.
import { isDigestOf, signatureBase, signaturesOf, signedBy } from './signatures.js'

const TAG = 'tallystick-webhook'
const ALGORITHM = 'ecdsa-p256-sha256'
const SIGNED = ['@method', '@target-uri', 'content-digest', 'content-type']
/** How old a signature may be, and how far ahead the sender's clock. */
const AGE_SECONDS_MAX = 5 * 60
const AHEAD_SECONDS_MAX = 60
const BODY_BYTES_MAX = 64 * 1024

/** A request that is not to be believed; `kind` says why, and the sender is told nothing. */
export class WebhookRefused extends Error {
  constructor(kind, message, options) {
    super(message, options)
    this.name = 'WebhookRefused'
    this.kind = kind
  }
}

/**
 * The event of a webhook, once it is certain that the shop sent it. `received` is a Request, or { method, url, headers, body } with the
 * body as it came: bytes or text, not parsed. `keys`: the shop's JWK Set, or what finds a key by its name (`shop.webhookKey`).
 */
export async function verifyWebhook(received, keys, { maxAgeSeconds = AGE_SECONDS_MAX, now = Date.now() } = {}) {
  const message = await messageOf(received)
  const { base, signature } = await reading(() => ourSignature(message))
  fresh(signature.parameters.get('created'), maxAgeSeconds, now)
  const key = await keyOf(keys, signature.parameters.get('keyid'))
  if (!(await signedBy(key, base, signature.bytes).catch(() => false))) {
    throw new WebhookRefused('signature', 'The signature is not the shop’s, or not of this request.')
  }
  if (!(await reading(() => isDigestOf(message.header('content-digest'), message.body)))) {
    throw new WebhookRefused('digest', 'The body is not the one that was signed.')
  }
  return eventOf(message.body)
}

/** The one signature that says it is of a webhook, and what it signs. */
function ourSignature(message) {
  const ours = signaturesOf(message).filter(({ parameters }) => parameters.get('tag') === TAG)
  if (ours.length !== 1) throw new WebhookRefused('unsigned', 'The request has no signature of a webhook, or several.')
  const [signature] = ours
  if (signature.parameters.get('alg') !== ALGORITHM) throw new WebhookRefused('algorithm', `The signature is not ${ALGORITHM}.`)
  const signed = signature.components.map(({ value }) => value)
  const missing = SIGNED.filter(name => !signed.includes(name))
  if (missing.length > 0) throw new WebhookRefused('components', `The signature leaves out ${missing.join(', ')}.`)
  return { signature, base: signatureBase(message, signature) }
}

function fresh(created, maxAgeSeconds, now) {
  const age = Number.isInteger(created) ? now / 1000 - created : NaN
  if (Number.isNaN(age)) throw new WebhookRefused('malformed', 'The signature does not say when it was made.')
  if (age > maxAgeSeconds) throw new WebhookRefused('too-old', `The signature is older than ${maxAgeSeconds} seconds.`)
  if (age < -AHEAD_SECONDS_MAX) throw new WebhookRefused('ahead', 'The signature is of a time that has not come; is this clock right?')
}

async function keyOf(keys, kid) {
  if (typeof kid !== 'string') throw new WebhookRefused('malformed', 'The signature does not name its key.')
  const key = typeof keys === 'function' ? await keys(kid) : keys.keys.find(key => key.kid === kid)
  if (!key) throw new WebhookRefused('unknown-key', 'The signature is by a key that the shop does not have.')
  return key
}

/** What cannot be read is not believed. */
async function reading(work) {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SyntaxError) throw new WebhookRefused('malformed', error.message, { cause: error })
    throw error
  }
}

async function messageOf(received) {
  const web = typeof received.arrayBuffer === 'function'
  const body = web ? new Uint8Array(await received.arrayBuffer()) : bytesOf(received.body)
  if (body.length > BODY_BYTES_MAX) throw new WebhookRefused('malformed', `The body is longer than ${BODY_BYTES_MAX} bytes.`)
  const { method, headers } = received
  const header = typeof headers.get === 'function' ? name => headers.get(name) : name => joined(headers[name])
  return { method: method.toUpperCase(), url: new URL(received.url), body, header }
}

/** A parsed body would have to be written again, and other bytes have another digest. */
function bytesOf(body) {
  if (typeof body === 'string') return new TextEncoder().encode(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError('body must be the bytes as they came: with Express, by express.raw({ type: "application/json" }).')
}

const joined = value => (Array.isArray(value) ? value.join(', ') : (value ?? null))

function eventOf(body) {
  try {
    const event = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (typeof event?.id === 'string' && typeof event.type === 'string') return event
  } catch (cause) {
    throw new WebhookRefused('body', 'The body is not JSON.', { cause })
  }
  throw new WebhookRefused('body', 'The body is no event.')
}
