/** Why the shop did not do what it was asked: its problem details (RFC 9457), or that it did not answer. */
export class Problem extends Error {
  constructor({ kind, status, title, detail, field, retryAfter }, options) {
    super(detail ? `${title} ${detail}` : title, options)
    this.name = 'Problem'
    this.kind = kind
    this.status = status
    this.title = title
    if (detail) this.detail = detail
    if (field) this.field = field
    if (retryAfter !== undefined) this.retryAfter = retryAfter
  }
}

/** The problem that an answer is; one that describes none is told by its status. */
export async function problemOf(answer) {
  const told = await answer.json().catch(() => undefined)
  const about = told && typeof told === 'object' ? told : {}
  return new Problem({
    kind: text(about.type)?.split('/').pop() || `status-${answer.status}`,
    status: answer.status,
    title: text(about.title) ?? `The shop answered ${answer.status}.`,
    detail: text(about.detail),
    field: text(about.field),
    retryAfter: secondsOf(answer.headers.get('retry-after')),
  })
}

/** Nobody answered, or not in time. */
export const unreachable = (url, cause) =>
  new Problem({ kind: 'unreachable', status: 0, title: 'The shop does not answer.', detail: `${url.origin} was asked.` }, { cause })

const text = value => (typeof value === 'string' ? value : undefined)

const secondsOf = value => (/^\d{1,6}$/.test(value ?? '') ? Number(value) : undefined)
