// An order as its own page shows it: `GET /v1/orders/{form digest}/summary`. The page asks by the
// digest of the form that it handed to the wallet: issuer and courier know the order's number.
import { getJson } from '../shared/http.ts'

export interface Summary {
  order_id: string
  /** As people read it out, on every page where the order is. */
  number: string
  state: string
  sentence: string
  items: { name: string; quantity: number; /** of one piece */ price_minor: number }[]
  delivery: { name: string; price_minor: number }
  total_minor: number
  currency: string
  tracking?: string | null
  /** `shop`, `issuer` or `courier`, if one of them refused it. */
  refused_by?: string
}

export type Mark = 'done' | 'now' | 'open' | 'stopped'
export interface Progress {
  received: Mark
  authorised: Mark
  accepted: Mark
}

const STATES = ['received', 'asking', 'authorised', 'delivering', 'accepted']
const STOPPED = ['refused', 'expired', 'failed', 'declined', 'cancelled']

/** SHA-256 of the signed form, as 64 hexadecimal digits: what its order is asked for by. */
export async function formDigest(form: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', form as BufferSource))
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
}

export const readSummary = (form: string) => getJson<Summary>(`/v1/orders/${form}/summary`)

export const isStopped = (state: string) => STOPPED.includes(state)

/** Nothing more will happen to an order in this state. */
export const isOver = (state: string) => isStopped(state) || state === 'accepted'

export function progressOf(state: string): Progress {
  if (isStopped(state)) return { received: 'done', authorised: 'stopped', accepted: 'stopped' }
  const at = STATES.indexOf(state)
  return {
    received: at < 0 ? 'now' : 'done',
    authorised: at >= 2 ? 'done' : at >= 0 ? 'now' : 'open',
    accepted: at >= 4 ? 'done' : at >= 2 ? 'now' : 'open',
  }
}
