// What a console answers (`GET /v1/console`, `GET /v1/console/orders/NUMBER`), and how the page of one order arranges it:
// rows of fields, each with the parties that may read them, next to what this party really opened.

export const STRANDS = ['shop', 'issuer', 'courier'] as const
export type Strand = (typeof STRANDS)[number]
export type Role =
  | Strand
  | 'bank'
  | 'key-centre'
  | 'ca'
  | 'directory'
  | 'banking-system'
  | 'registration-authority'
  | 'home-proxy'
  | 'vending'
  | 'coupon-office'
  | 'security-server'
  | 'settlement'
/** Whose seat in an order a role takes: a bank pays as an issuer does. */
export const seatOf = (role: Role): Role => (role === 'bank' || role === 'coupon-office' || role === 'settlement' ? 'issuer' : role)

/** A typed value. What says it to a reader is `Value.svelte`, for every role. */
export type Cell =
  | 'none'
  | { time: number }
  | { money: { minor: number; currency: string } }
  | { count: number }
  | { word: string }
  | { party: string }
  | { order: { id: string; number: string } }
  | { text: string }
  | { account: { kind: string; of: string } }
  | { facts: { name: string; text: string }[] }
  | { share: { of: number; most: number } }
  | { file: string }

export interface Fact {
  name: string
  value: Cell
}
export interface Table {
  name: string
  columns: string[]
  rows: Cell[][]
}
export interface OpenedField {
  field: string
  value: Cell
}
export interface Piece {
  for_role: Strand
  for_party: string
  bytes: number
  preview_hex: string
  /** Found out by the party by trying its own keys on the piece. */
  opened: boolean
}
export interface Statement {
  kind: string
  from: string
  says: Fact[]
}
/** One order in the list. */
export interface Line {
  order_id: string
  number: string
  received_at: number
  amount: Cell
  state: string
  reason: string | null
  by: string | null
  tracking: string | null
  with: string
}
/** One order with everything that is held of it. */
export interface Order extends Line {
  root: string
  facts: Fact[]
  opened: OpenedField[]
  pieces: Piece[]
  statements: Statement[]
  tables: Table[]
}
export type ArgumentKind =
  | 'account'
  | 'amount'
  | 'party'
  | 'order'
  | 'certificate'
  | 'purse'
  | 'limit'
  | 'count'
  | 'booking'
  | 'iban'
  | 'coupon'
  | 'terminal'
  | 'campaign'
  | 'condition'
  | 'digest'
  | 'card'
  | 'moment'
  | 'handed-text'
/** What is typed as a number, and how it is written. */
export const NUMBERS: Readonly<Partial<Record<ArgumentKind, string>>> = {
  account: '[1-9][0-9]*',
  amount: '[1-9][0-9]*',
  limit: '[0-9]+',
  count: '[0-9]+',
  booking: '[1-9][0-9]*',
}
/** A command that this party takes from its operators, and what it must be told. */
export interface CommandShape {
  name: string
  arguments: { name: string; kind: ArgumentKind }[]
}
/** The commands that are about something a page knows already, by the kinds of arguments. */
export const commandsAbout = (shapes: readonly CommandShape[], known: Readonly<Record<string, string>>): CommandShape[] =>
  shapes.filter(shape => shape.arguments.some(({ kind }) => kind !== 'amount' && known[kind]))

export interface Owner {
  role: Role
  domain: string
  name: string
  commands: CommandShape[]
  /** Whose commands are followed: names, and what names their keys. */
  operators: { name: string; key: string }[]
  /** Whether a page becomes an operator by itself, as in a demo. */
  registers_operators: boolean
}
export interface Overview extends Owner {
  /** What the list can be asked for; nothing at a role without orders. */
  list: { states: string[]; has_amount: boolean; has_tracking: boolean } | null
  lines: Line[]
  /** Where the next page begins. */
  next: string | null
  /** The newest of all orders, whatever was searched for. */
  newest: Order | null
  tables: Table[]
  counters: Record<string, number>
}
export interface OneOrder extends Owner {
  order: Order
}

export type RowName = 'items' | 'amount' | 'card' | 'holder' | 'destination'

/** The rows of the wallet's matrix: which fields they gather and who reads them under `strict`. */
const ROWS: readonly { row: RowName; fields: readonly string[]; readers: readonly Strand[] }[] = [
  { row: 'items', fields: ['items', 'item-numbers', 'form', 'coupons', 'gift', 'cancellation'], readers: ['shop'] },
  { row: 'amount', fields: ['amount', 'payment-type'], readers: ['shop', 'issuer'] },
  { row: 'card', fields: ['card-number', 'card-expiry', 'payment'], readers: ['issuer'] },
  { row: 'holder', fields: ['holder-name', 'holder-telephone', 'holder-address'], readers: ['issuer'] },
  {
    row: 'destination',
    fields: ['destination-name', 'destination-address', 'destination-telephone'],
    readers: ['courier'],
  },
]

export interface Row {
  row: RowName
  /** What this party opened of the row; empty when it is sealed to it. */
  opened: OpenedField[]
  /** Who can read it instead. */
  readers: Strand[]
}

export function rowsOf(order: Order, role: Role): Row[] {
  const seat = seatOf(role)
  const rows: Row[] = ROWS.map(({ row, fields, readers }) => ({
    row,
    opened: fields.flatMap(name => order.opened.filter(({ field }) => field === name)),
    readers: readers.filter(reader => reader !== seat),
  }))
  const known = new Set(ROWS.flatMap(({ fields }) => fields))
  rows[0]?.opened.push(...order.opened.filter(({ field }) => !known.has(field)))
  return rows
}

/** Whether an order disclosed more to this party than its strict piece: a wider table was chosen. */
export function readsMore(role: Role, { opened }: Pick<Order, 'opened'>): boolean {
  const own = new Set(ROWS.filter(({ readers }) => readers.some(reader => reader === seatOf(role))).flatMap(({ fields }) => fields))
  own.delete('holder-address')
  return opened.some(({ field }) => !own.has(field))
}

/** How one party's strand of an order looks from this console. */
export type Verdict =
  | { kind: 'none' }
  | { kind: 'reads'; is_open: boolean }
  | { kind: 'sealed'; tried: number }
  | { kind: 'hash-only' }
  | { kind: 'broken'; pieces: number }

export function verdictOf(strand: Strand, role: Role, order: Order | null): Verdict {
  if (!order) return { kind: 'none' }
  if (strand === seatOf(role)) return { kind: 'reads', is_open: order.opened.length > 0 }
  const pieces = order.pieces.filter(piece => piece.for_role === strand)
  const broken = pieces.filter(piece => piece.opened).length
  if (broken > 0) return { kind: 'broken', pieces: broken }
  return pieces.length > 0 ? { kind: 'sealed', tried: pieces.length } : { kind: 'hash-only' }
}

/** The text in a cell that holds text. */
export const textOf = (cell: Cell): string => (typeof cell === 'object' && 'text' in cell ? cell.text : '')
