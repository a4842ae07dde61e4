/** A text in several languages: language (BCP 47, such as `en`, `ja`, `pt-BR`) to plain text; 1 to 8 of them, each 1 to 120 bytes. */
export type Name = Record<string, string>

/** Money in the currency's smallest unit: yen, cents. */
export type Minor = number

/** A moment, RFC 3339 in UTC. */
export type Time = string

/** A good of the shop's own catalogue, which a line of a form may name by its `sku`. */
export interface Product {
  sku: string
  name: Name
  description?: Name
  unit?: Name
  /** What one costs, tax included. */
  price_minor: Minor
  /** The tax that the price includes: 1000 is 10 %. */
  tax_basis_points?: number
  /** How many there are; null for any number. Left out, what was known stays. */
  stock?: number | null
  category?: string
  image?: string
  /** That no courier delivers it: the shop hands it over itself. */
  without_courier?: WithoutCourier
  /** What it hands over for it, such as the address of a download: 1 to 2,000 bytes, read by who has paid. */
  handed_text?: string
}

/** How goods come to the holder that no courier delivers. */
export type WithoutCourier = 'by-shop'

export interface Catalogue {
  tagline?: Name
  /** At most 1,000. */
  products: Product[]
}

/** A good of the catalogue, by its number. */
export interface CatalogueLine {
  sku: string
  quantity: number
}

/** A good that only the shop's own server knows. */
export interface FreeLine extends CatalogueLine {
  name: Name
  /** What one costs, tax included. */
  unit_price_minor: Minor
  tax_basis_points?: number
  /** What the shop hands over for it, such as a licence key: 1 to 2,000 bytes. Only with `hand_over`. */
  handed_text?: string
}

/** What is handed over for one line of an order. */
export interface HandedLine {
  sku: string
  /** 1 to 2,000 bytes. */
  handed_text: string
}

/** Who is to deliver, one of the shop's couriers. */
export interface WantedDelivery {
  courier: string
  name?: Name
  price_minor?: Minor
}

/** With what an order can be paid. */
export type Instrument = 'card-account' | 'bank-account' | 'purse' | 'contactless'

/** A form that is wanted. What is left out is as the shop's settings say. */
export interface FormRequest {
  /** 1 to 50. */
  lines: (CatalogueLine | FreeLine)[]
  delivery?: WantedDelivery
  /** That the shop hands the goods over itself: at once when they are paid, or when `orders.handOver` says so. In the place of `delivery`. */
  hand_over?: 'at-once' | 'when-told'
  policy?: 'strict' | 'ep0791901-fig2'
  /** With what it may be paid, of what the shop takes. */
  instruments?: Instrument[]
  /** Whether coupons are taken. */
  coupons?: boolean
  /** What your server calls the order, at most 64 bytes: it comes back in the order and in its events. */
  reference?: string
  /** The origin of the page, if the shop has several. */
  origin?: string
}

/** A signed order form. */
export interface Form {
  /** What the page hands to the wallet, in base64. */
  form: string
  /** By what the order of this form can be asked for once it is there. */
  order_reference: string
  expires_at: Time
  total_minor: Minor
  currency: string
  lines: FormLine[]
  /** Left out if no courier delivers. */
  delivery?: OrderedDelivery
  without_courier?: WithoutCourier
  /** The tax in the prices, by rate. */
  tax: TaxLine[]
}

export interface FormLine extends OrderedLine {
  /** What all of them cost. */
  price_minor: Minor
  tax_basis_points?: number
}

export interface TaxLine {
  basis_points: number
  taxable_minor: Minor
  tax_minor: Minor
}

export interface OrderedLine {
  sku: string
  name: Name
  quantity: number
  unit_price_minor: Minor
}

export interface OrderedDelivery {
  courier: string
  name: Name
  price_minor: Minor
}

export type OrderState = 'received' | 'asking' | 'authorised' | 'delivering' | 'accepted' | 'refused' | 'expired'

export interface OrderLine {
  /** 64 hexadecimal digits. */
  number: string
  short_number: string
  order_reference: string
  reference?: string
  state: OrderState
  refused?: { by: 'shop' | 'issuer' | 'courier'; reason: string }
  /** Whether whoever pays has charged it. */
  is_charged: boolean
  total_minor: Minor
  /** What of it coupons pay. */
  coupons_minor: Minor
  currency: string
  issuer: string
  /** Left out if no courier delivers. */
  courier?: string
  without_courier?: WithoutCourier
  tracking?: string
  received_at: Time
  packed_at?: Time
}

/** What of a person the order's policy lets the shop read; often nothing. */
export interface Person {
  name?: string
  address?: string
  telephone?: string
}

/** Nothing with prices goes into the parcel. */
export interface Gift {
  /** To print and put into the parcel, at most twelve lines; left out if there is no note. */
  note?: string
}

export interface Order extends OrderLine {
  lines: OrderedLine[]
  delivery?: OrderedDelivery
  holder?: Person
  destination?: Person
  /** Left out of an order that is no gift. */
  gift?: Gift
  refunds: Refund[]
}

export interface Refund {
  number: number
  to: 'issuer' | 'coupon'
  amount_minor: Minor
  asked_at: Time
  /** What came of it, as whoever paid has signed it. */
  outcome: 'waiting' | 'refunded' | 'not-charged' | 'too-much' | 'not-covered' | 'refused'
}

export interface OrderFilter {
  state?: OrderState
  from?: Time
  until?: Time
  search?: string
  before?: string
  /** 1 to 100; 25 if it is left out. */
  limit?: number
}

export type EventType =
  'order.received' | 'order.accepted' | 'order.refused' | 'order.expired' | 'order.cancelled' | 'order.packed' | 'refund.decided'

/** What a webhook says. It names no goods and no address: ask for the order. */
export interface Event {
  /** The same for every time that it is sent: an event that was seen already is nothing new. */
  id: string
  type: EventType
  created_at: Time
  /** The order's number. */
  order: string
  order_reference: string
  reference?: string
  state: OrderState
}

/** An event in the shop's log, and how its sending went. */
export interface SentEvent {
  id: string
  type: EventType
  order: string
  created_at: Time
  state: 'waiting' | 'delivered' | 'given-up'
  tries: number
  last_status?: number
  last_at?: Time
  next_at?: Time
}

/** 1 to 64 visible ASCII characters: the same request under the same key is done once. A new one for each call, if it is left out. */
export interface Once {
  idempotencyKey?: string
}

/** An ES256 key as the shop publishes it, and any other key that is not one (RFC 7517). */
export interface Jwk {
  kid: string
  kty?: string
  crv?: string
  x?: string
  y?: string
}

/**
 * A Tallystick shop as its own server sees it. Every call rejects with a `Problem` when the shop does not do it. A request that nobody
 * answers is sent again, three times in all, ten seconds each.
 */
export class Shop {
  /** `url`: where the shop is, such as https://shop.example. `apiKey`: one of its API_KEYS. */
  constructor(options: { url: string | URL; apiKey: string | undefined; fetch?: typeof fetch })

  /** Has the shop sign an order form. Hand `form` of the answer to the page. */
  createForm(request: FormRequest, options?: Once): Promise<Form>

  readonly orders: {
    /** Newest first. */
    list(filter?: OrderFilter): Promise<{ orders: OrderLine[]; next?: string }>
    /** All of them, page by page. */
    all(filter?: Omit<OrderFilter, 'before'>): AsyncGenerator<OrderLine, void>
    get(number: string): Promise<Order>
    /** Notes that it is packed. */
    pack(number: string, options?: Once): Promise<Order>
    /** Hands over what no courier delivers, with these texts or those of the form: once, as soon as whoever pays has authorised it. */
    handOver(number: string, lines?: HandedLine[], options?: Once): Promise<Order>
    /** Asks for the order's end; how it went, an event says. */
    cancel(number: string, options?: Once): Promise<Order>
    /** Asks for a part to be given back, or all; how it went, an event says. */
    refund(number: string, amountMinor: Minor, options?: Once): Promise<Order>
  }

  readonly catalogue: {
    /** Replaces the catalogue. */
    put(catalogue: Catalogue): Promise<{ version: number; products: number }>
    get(): Promise<Catalogue & { version: number }>
  }

  readonly events: {
    /** Newest first. */
    list(page?: { before?: string; limit?: number }): Promise<{ events: SentEvent[]; next?: string }>
    sendAgain(id: string): Promise<unknown>
  }

  /** Finds a key of the shop's for `verifyWebhook`; remembers them for ten minutes. */
  webhookKey: (kid: string) => Promise<Jwk | undefined>

  /** A request of the merchant API that has no call of its own here: `path` is what follows /v1/merchant/. */
  request(
    method: string,
    path: string,
    options?: { query?: Record<string, string | number | undefined>; body?: unknown } & Once,
  ): Promise<unknown>
}

/** Why the shop did not do what it was asked: RFC 9457's problem details. */
export class Problem extends Error {
  name: 'Problem'
  /** A stable word: the last part of the problem's type; `unreachable` if nobody answered. */
  kind: string
  /** The HTTP status; 0 if nobody answered. */
  status: number
  title: string
  detail?: string
  /** Which part of the request is wrong, as a JSON pointer (RFC 6901). */
  field?: string
  /** After so many seconds it may go better. */
  retryAfter?: number
  constructor(
    about: { kind: string; status: number; title: string; detail?: string; field?: string; retryAfter?: number },
    options?: ErrorOptions,
  )
}

export interface ReceivedRequest {
  method: string
  /** As the shop called it, with scheme and host: behind a proxy a server may not see that, so say what WEBHOOK says. */
  url: string
  headers: Headers | Record<string, string | string[] | undefined>
  /** As it came, not parsed. */
  body: Uint8Array | string
}

/**
 * Verifies that the shop sent this request: its signature (RFC 9421, ecdsa-p256-sha256) over method, address, digest of the body and
 * content type, made within the last five minutes. Returns the event; rejects with a `WebhookRefused`.
 */
export function verifyWebhook(
  received: Request | ReceivedRequest,
  keys: { keys: Jwk[] } | ((kid: string) => Jwk | undefined | Promise<Jwk | undefined>),
  options?: { maxAgeSeconds?: number; now?: number },
): Promise<Event>

export class WebhookRefused extends Error {
  name: 'WebhookRefused'
  kind: 'unsigned' | 'malformed' | 'algorithm' | 'components' | 'too-old' | 'ahead' | 'unknown-key' | 'signature' | 'digest' | 'body'
  constructor(kind: WebhookRefused['kind'], message: string, options?: ErrorOptions)
}
