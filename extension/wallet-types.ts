// What the wallet in WebAssembly shows and takes: the shapes that cross from Rust to the pages.

export type Phase = 'new' | 'offered' | 'enrolling' | 'locked' | 'ready'

export type PartyRole = 'shop' | 'issuer' | 'courier'

export type OrderState =
  | 'asked'
  | 'approved'
  | 'confirmed'
  | 'sent'
  | 'received'
  | 'authorised'
  | 'delivering'
  | 'declined'
  | 'refused'
  | 'failed'
  | 'expired'

export type EnrolmentStep = 'keys' | 'certificate' | 'shares' | 'done'

export interface CardView {
  id: string
  issuer_name: string
  issuer_domain: string
  last4: string
  /** MM/YY */
  expiry: string
  holder_name: string
  limit_minor: number | null
  currency: string
}

export interface Address {
  id?: string
  label: string
  name: string
  telephone: string
  postal_code: string
  lines: string
  country: string
}

export interface PartyView {
  role: PartyRole
  domain: string
  name: string
  certified: boolean
  confirmed: boolean
}

export type MatrixField =
  | 'items'
  | 'amount'
  | 'card'
  | 'name'
  | 'telephone'
  | 'holder_address'
  | 'destination'

export interface MatrixRow {
  row: MatrixField
  shop: boolean
  issuer: boolean
  courier: boolean
  /** The shop asks to read this in addition to its policy. */
  extra: boolean
}

export interface StrandState {
  fill: 0 | 1 | 2 | 3
  /** Key of the word in the catalogue, under "strand." */
  word: string
}

export interface OrderView {
  request_id: string
  order_id?: string
  origin: string
  certified_by: string
  parties: PartyView[]
  items: { name: string; quantity: number; price_minor: number }[]
  delivery: { name: string; price_minor: number }
  total_minor: number
  currency: string
  policy: string
  extra: string[]
  matrix: MatrixRow[]
  card_last4?: string
  address_label?: string
  state: OrderState
  strands: Record<PartyRole, StrandState>
  /** Key of the sentence in the catalogue, under "order." */
  sentence_key: string
  /** Unix seconds, as the three below. */
  created_at: number
  updated_at: number
  expires_at: number
  tracking?: string
  /** Why it came to nothing, or why it has to be approved once more. */
  failure?: { kind: string; about?: string; sentence: string; money: string; remedy: string }
  history: { at: number; event: string }[]
}

export interface WalletView {
  phase: Phase
  offer?: { issuer_name: string; issuer_domain: string; card: CardView }
  enrolment?: { step: EnrolmentStep; steps_done: number; steps_total: number }
  cards: CardView[]
  addresses: Address[]
  orders: OrderView[]
  pin_tries_left: number
  puk_tries_left: number
  welcome_url: string
}

export interface ApproveChoice {
  card_id: string
  address_id: string
  accept_extra: boolean
}

/** What the build wrote about the parties this wallet trusts (deployment.json). */
export interface Deployment {
  root_certificates: string[]
  key_centres: string[]
  welcome_url: string
  local_port: number | null
}

/** The part of the wallet's class that the service worker uses. */
export interface WalletApi {
  view(): Promise<WalletView>
  receive_offer(origin: string, offer: Uint8Array): Promise<void>
  set_up(passphrase: string, pin: string): Promise<string>
  enrol(): Promise<void>
  save_address(address: Address): Promise<string>
  remove_address(id: string): Promise<void>
  unlock(passphrase: string): Promise<void>
  /** With the PUK, when the passphrase is lost; sets a new one. */
  recover(puk: string, passphrase: string): Promise<void>
  lock(): Promise<void>
  erase(): Promise<void>
  change_pin(old: string, next: string): Promise<void>
  unblock_pin(puk: string, next: string): Promise<void>
  receive_form(origin: string, form: Uint8Array): Promise<string>
  approve(request_id: string, choice: ApproveChoice, pin: string): Promise<void>
  decline(request_id: string): Promise<void>
  advance(): Promise<number | null | undefined>
}
