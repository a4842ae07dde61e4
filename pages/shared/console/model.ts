// What `GET /v1/console` answers, and how the console arranges it: rows of fields, each with the
// parties that may read them, next to what this party really opened.

export const STRANDS = ['shop', 'issuer', 'courier'] as const
export type Strand = (typeof STRANDS)[number]
export type Role = Strand | 'key-centre' | 'ca'

export interface OpenedField {
  field: string
  label: string
  value: string
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
  summary: string
}
export interface Order {
  order_id: string
  root: string
  received_at: number
  state: string
  sentence: string
  opened: OpenedField[]
  pieces: Piece[]
  statements: Statement[]
}
export interface LedgerLine {
  at: number
  order_id?: string | null
  debit: string
  credit: string
  minor: number
  currency: string
  /** Only what is single or post has moved; pending is set aside, void gives it back. */
  kind: 'single' | 'pending' | 'post' | 'void'
  memo: string
}
/** One space of keys at a key centre: how many identifiers it has issued, and how many it may. */
export interface Space {
  role: Role
  number: number
  holders: number
  holder_cap: number
  parties: number
  party_cap: number
}
/** One certificate that a CA issued; times in seconds since 1970. */
export interface Certificate {
  role: Role | 'holder'
  asker: string
  subject: string
  made_at: number
  not_after: number
}
export interface ConsoleData {
  role: Role
  domain: string
  name: string
  orders: Order[]
  /** Whether there are orders before the last one. */
  more: boolean
  ledger: LedgerLine[]
  counters: Record<string, number>
  /** At a key centre only. */
  spaces?: Space[]
  /** At a CA only. */
  certificates?: Certificate[]
}

export type RowName = 'items' | 'amount' | 'card' | 'holder' | 'destination'

/** The rows of the wallet's matrix: which fields they gather and who reads them under `strict`. */
const ROWS: readonly { row: RowName; fields: readonly string[]; readers: readonly Strand[] }[] = [
  { row: 'items', fields: ['items', 'item-numbers', 'form'], readers: ['shop'] },
  { row: 'amount', fields: ['amount', 'payment-type'], readers: ['shop', 'issuer'] },
  { row: 'card', fields: ['card-number', 'card-expiry'], readers: ['issuer'] },
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
  const rows: Row[] = ROWS.map(({ row, fields, readers }) => ({
    row,
    opened: fields.flatMap(name => order.opened.filter(({ field }) => field === name)),
    readers: readers.filter(reader => reader !== role),
  }))
  const known = new Set(ROWS.flatMap(({ fields }) => fields))
  rows[0]?.opened.push(...order.opened.filter(({ field }) => !known.has(field)))
  return rows
}

/** Whether some order disclosed more to this party than its strict piece: a wider table was chosen. */
export function readsMore({ role, orders }: Pick<ConsoleData, 'role' | 'orders'>): boolean {
  const own = new Set(ROWS.filter(({ readers }) => readers.some(reader => reader === role)).flatMap(({ fields }) => fields))
  own.delete('holder-address')
  return orders.some(order => order.opened.some(({ field }) => !own.has(field)))
}

/** How one party's strand looks from this console, over all its orders. */
export type Verdict =
  | { kind: 'none' }
  | { kind: 'reads'; orders: number }
  | { kind: 'sealed'; tried: number }
  | { kind: 'hash-only' }
  | { kind: 'broken'; pieces: number }

export function verdictOf(strand: Strand, data: Pick<ConsoleData, 'role' | 'orders'>): Verdict {
  const { role, orders } = data
  if (strand === role) {
    const open = orders.filter(order => order.opened.length > 0).length
    return { kind: 'reads', orders: open }
  }
  const pieces = orders.flatMap(order => order.pieces).filter(piece => piece.for_role === strand)
  const broken = pieces.filter(piece => piece.opened).length
  if (broken > 0) return { kind: 'broken', pieces: broken }
  if (orders.length === 0) return { kind: 'none' }
  return pieces.length > 0 ? { kind: 'sealed', tried: pieces.length } : { kind: 'hash-only' }
}

export interface Balance {
  account: string
  currency: string
  minor: number
}

/** What each account holds after all transfers that moved something: credits add, debits subtract. */
export function balancesOf(ledger: readonly LedgerLine[]): Balance[] {
  const balances = new Map<string, Balance>()
  for (const { debit, credit, minor, currency, kind } of ledger) {
    if (kind !== 'single' && kind !== 'post') continue
    book(balances, debit, currency, -minor)
    book(balances, credit, currency, minor)
  }
  return [...balances.values()].sort((a, b) => a.account.localeCompare(b.account))
}

function book(balances: Map<string, Balance>, account: string, currency: string, minor: number) {
  const key = `${currency} ${account}`
  const balance = balances.get(key) ?? { account, currency, minor: 0 }
  balance.minor += minor
  balances.set(key, balance)
}
