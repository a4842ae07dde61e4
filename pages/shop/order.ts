// An order as its own page shows it: `GET /v1/orders/{form}/summary`. The page asks by the reference that
// came with the form, which it handed to the wallet: issuer and courier know the order's number.
import { getJson } from '../shared/http.ts'
import type { Name } from '../shared/i18n/names.ts'

export interface Summary {
  order_id: string
  /** As people read it out, on every page where the order is. */
  number: string
  state: string
  /** Whether the issuer has signed that it charged the amount. */
  is_charged: boolean
  items: { name: Name; quantity: number; /** of one piece */ price_minor: number }[]
  /** None if the store hands over itself. */
  delivery?: { name: Name; price_minor: number }
  total_minor: number
  /** What of it coupons pay. */
  coupons_minor?: number
  currency: string
  tracking?: string | null
  /** How far the courier says that the parcel is, once the store has heard. */
  parcel?: {
    /** The courier's domain. */
    courier: string
    /** What opens the parcel's way at the courier's page, beside the number. */
    code: string
    moves: ParcelMove[]
  }
  /** `shop`, `issuer` or `courier`, if one of them refused it. */
  refused_by?: string
  /** Why, in the words of the protocol. */
  refused_reason?: string
}

/** Whether whoever pays has signed that an order which came to its end is charged. */
export const isCharged = ({ state, is_charged }: Summary) => state === 'accepted' && is_charged

/** The key of the sentence that says where an order stands, and where the money is. */
export function standOf({ state, is_charged, refused_by, refused_reason, coupons_minor, total_minor, delivery }: Summary): string {
  if (!delivery && ['asking', 'authorised', 'accepted'].includes(state))
    return state === 'accepted' ? `stand_handed${is_charged ? '_charged' : ''}` : `stand_handed_${state}`
  if (state === 'accepted' && is_charged) return coupons_minor === total_minor ? 'stand_charged_coupons' : 'stand_charged'
  if (state !== 'refused') return `stand_${state}`
  if (refused_reason === 'cancelled') return 'stand_refused_cancelled'
  if (refused_by === 'issuer' || refused_by === 'courier') return `stand_refused_${refused_by}`
  return `stand_refused_${refused_reason}`
}

export type Mark = 'done' | 'now' | 'open' | 'stopped'
export interface Progress {
  received: Mark
  authorised: Mark
  accepted: Mark
}

const STATES = ['received', 'asking', 'authorised', 'delivering', 'accepted']
const STOPPED = ['refused', 'expired', 'failed', 'declined', 'cancelled']

export const readSummary = (form: string) => getJson<Summary>(`/v1/orders/${form}/summary`)

export const isStopped = (state: string) => STOPPED.includes(state)

/** Nothing more will happen to the order itself in this state. */
export const isOver = (state: string) => isStopped(state) || state === 'accepted'

/** Nothing more will happen to it nor to its parcel. */
export const isDelivered = ({ parcel }: Summary) => parcel?.moves.some(({ step }) => step === 'delivered') ?? false

/** Where a parcel is between the store and whom it is for. */
export const WAY = ['handed-over', 'on-the-way', 'delivered'] as const
export interface ParcelMove {
  step: 'label-made' | (typeof WAY)[number]
  /** In seconds since 1970. */
  at: number
}

/** How far a parcel is: each step with when it was said, and done too if a later one was. */
export function wayOf(moves: ParcelMove[]): { step: (typeof WAY)[number]; mark: Mark; at: number | undefined }[] {
  const furthest = Math.max(-1, ...moves.map(({ step }) => WAY.findIndex(one => one === step)))
  return WAY.map((step, place) => ({
    step,
    mark: place <= furthest ? 'done' : place === furthest + 1 ? 'now' : 'open',
    at: moves.find(one => one.step === step)?.at,
  }))
}

export function progressOf(state: string): Progress {
  if (isStopped(state)) return { received: 'done', authorised: 'stopped', accepted: 'stopped' }
  const at = STATES.indexOf(state)
  return {
    received: at < 0 ? 'now' : 'done',
    authorised: at >= 2 ? 'done' : at >= 0 ? 'now' : 'open',
    accepted: at >= 4 ? 'done' : at >= 2 ? 'now' : 'open',
  }
}
