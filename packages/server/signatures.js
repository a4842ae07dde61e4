// HTTP message signatures (RFC 9421) and digests of content (RFC 9530), as far as a receiver verifies them.
import { dictionaryOf } from './fields.js'

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DIGESTS = { 'sha-256': 'SHA-256', 'sha-512': 'SHA-512' }

/**
 * The signatures of a message, each { label, components, parameters, bytes, raw }; RFC 9421, 4. Throws a SyntaxError.
 *
 * A message is { method?, url?: URL, status?, header(name): string | null }.
 */
export function signaturesOf(message) {
  const inputs = dictionaryOf(message.header('signature-input') ?? '')
  const signatures = dictionaryOf(message.header('signature') ?? '')
  return [...inputs].map(([label, { value, parameters, raw }]) => {
    const bytes = signatures.get(label)?.value
    if (!Array.isArray(value) || !(bytes instanceof Uint8Array)) throw new SyntaxError(`${label} is no signature.`)
    return { label, components: value, parameters, bytes, raw }
  })
}

/** What was signed: the signature base; RFC 9421, 2.5. Throws a SyntaxError for a component that is not there, or is not known. */
export function signatureBase(message, { components, raw }) {
  const lines = components.map(({ value: name, parameters }) => {
    if (parameters.size > 0) throw new SyntaxError(`${name} has parameters, which are not read here.`)
    return `"${name}": ${component(message, name)}`
  })
  if (new Set(lines).size !== lines.length) throw new SyntaxError('A component stands twice.')
  return [...lines, `"@signature-params": ${raw}`].join('\n')
}

function component(message, name) {
  const value = name.startsWith('@') ? derived(message, name) : message.header(name)?.trim()
  if (value === undefined || value === null) throw new SyntaxError(`${name} is signed and not there.`)
  return value
}

/** Components that are not header fields; RFC 9421, 2.2. */
function derived({ method, url, status }, name) {
  if (name === '@method') return method
  if (name === '@target-uri') return url?.href
  if (name === '@authority') return url?.host
  if (name === '@path') return url?.pathname
  if (name === '@status') return status
  return undefined
}

/**
 * Whether the holder of this key (ES256) signed `base`: ecdsa-p256-sha256, RFC 9421, 3.3.4.
 *
 * @param {JsonWebKey} key
 */
export async function signedBy({ kty, crv, x, y }, base, signature) {
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, ECDSA, false, ['verify'])
  return crypto.subtle.verify(ECDSA, key, signature, new TextEncoder().encode(base))
}

/** Whether `field` (Content-Digest) is the digest of these bytes: of each algorithm that is known, and of one at least. Throws a SyntaxError. */
export async function isDigestOf(field, bytes) {
  const known = [...dictionaryOf(field)].filter(([algorithm]) => Object.hasOwn(DIGESTS, algorithm))
  const matches = known.map(async ([algorithm, { value }]) => {
    const digest = new Uint8Array(await crypto.subtle.digest(DIGESTS[algorithm], bytes))
    return value instanceof Uint8Array && value.length === digest.length && value.every((byte, at) => byte === digest[at])
  })
  return known.length > 0 && (await Promise.all(matches)).every(Boolean)
}
