// Requests to this party's own origin. Every failure becomes a `RequestFailure` that knows whether
// the party answered (and what it said, RFC 9457) or could not be reached.

/** RFC 9457 problem details, as far as the pages use them. */
interface Problem {
  type?: unknown
  title?: unknown
  detail?: unknown
}

export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
  constructor(
    /** HTTP status, or 0 when nothing answered. */
    readonly status: number,
    /** Last segment of the problem's type URI, such as `out-of-stock`; empty when there is none. */
    readonly kind: string,
    /** The party's own sentence; empty when it gave none. */
    readonly sentence: string,
  ) {
    super(sentence || kind || `HTTP ${status}`)
  }
}

const JSON_LENGTH_MAX = 4 * 1024 * 1024
const BYTES_LENGTH_MAX = 256 * 1024
const TIMEOUT_MS = 20_000
const NOT_MODIFIED = 304

export async function getJson<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
  return jsonOf<T>(await request(path, { headers: { accept: 'application/json', ...headers } }))
}

async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (text.length > JSON_LENGTH_MAX) throw new RequestFailure(response.status, 'too-long', '')
  try {
    return JSON.parse(text) as T
  } catch {
    throw new RequestFailure(response.status, 'not-json', '')
  }
}

/** As `getJson`, unless what `tag` names is still so: then nothing. With it, the tag of what came. */
export async function getJsonIfNew<T>(
  path: string,
  headers: Record<string, string>,
  tag: string,
): Promise<{ data: T; tag: string } | undefined> {
  const response = await request(path, { headers: { accept: 'application/json', ...headers, ...(tag && { 'if-none-match': tag }) } })
  if (response.status === NOT_MODIFIED) return undefined
  return { data: await jsonOf<T>(response), tag: response.headers.get('etag') ?? '' }
}

/** A text, with what the header `link` says comes after it. */
export async function getText(path: string, headers: Record<string, string>): Promise<{ text: string; link: string }> {
  const response = await request(path, { headers })
  return { text: await response.text(), link: response.headers.get('link') ?? '' }
}

/** The bytes of a file. */
export async function getBytes(path: string, headers: Record<string, string>): Promise<ArrayBuffer> {
  const response = await request(path, { headers })
  const bytes = await response.arrayBuffer()
  if (bytes.byteLength > BYTES_LENGTH_MAX) throw new RequestFailure(response.status, 'too-long', '')
  return bytes
}

/** Sends bytes, a signed statement if nothing else is said, and returns the JSON that comes back. */
export async function postForJson<T>(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  type = 'application/cose',
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await request(path, {
    method: 'POST',
    headers: { 'content-type': type, accept: 'application/json', ...headers },
    body: bytes,
  })
  return (await response.json()) as T
}

/** Sends JSON and returns the JSON that comes back. */
export async function sendJson<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json', ...headers } }
  return jsonOf<T>(await request(path, { ...init, body: JSON.stringify(body) }))
}

/** Sends JSON and returns the bytes of the answer (a signed statement). */
export async function postForBytes(path: string, body: unknown): Promise<Uint8Array<ArrayBuffer>> {
  return (await postForSigned(path, body)).bytes
}

/** As `postForBytes`, with what the answer's headers say of them. */
export async function postForSigned(path: string, body: unknown): Promise<{ bytes: Uint8Array<ArrayBuffer>; headers: Headers }> {
  const response = await request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/cose' },
    body: JSON.stringify(body),
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length > BYTES_LENGTH_MAX) throw new RequestFailure(response.status, 'too-long', '')
  return { bytes, headers: response.headers }
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch {
    throw new RequestFailure(0, 'unreachable', '')
  }
  if (!response.ok && response.status !== NOT_MODIFIED) throw await failureOf(response)
  return response
}

async function failureOf(response: Response): Promise<RequestFailure> {
  let problem: Problem = {}
  try {
    const parsed: unknown = JSON.parse(await response.text())
    if (typeof parsed === 'object' && parsed !== null) problem = parsed
  } catch {
    // Not a problem document: the status alone has to do.
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const kind = text(problem.type).split('/').pop() ?? ''
  return new RequestFailure(response.status, kind, text(problem.detail) || text(problem.title))
}
