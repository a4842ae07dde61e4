// Who saw what: from what each party really received and could open, as its own console tells.

import { plain, wholeConsole } from './console.mjs'
import { PARTIES } from './secrets.mjs'

/** Roles that read a part of an order, and whose part each reads: whoever pays sits where an issuer sits. */
const READERS = { shop: 'shop', issuer: 'issuer', bank: 'issuer', 'coupon-office': 'issuer', settlement: 'issuer', courier: 'courier' }

/**
 * For each reader that took part in an order: the fields it opened, the sealed pieces it held (size, and whether its own keys
 * open them), and which pieces of others it could open (there must be none).
 */
export async function seenBy(parties) {
  const readers = PARTIES.filter(({ role }) => Object.hasOwn(READERS, role))
  const seen = await Promise.all(
    readers.map(async ({ role, name, domain }) => {
      const { orders } = await wholeConsole(parties, domain)
      const pieces = orders.flatMap(order => order.pieces)
      const own = piece => piece.for_role === READERS[role] && piece.for_party === domain
      return {
        role,
        name,
        domain,
        orders: orders.length,
        opened: orders.flatMap(order => order.opened.map(({ field, value }) => ({ field, value: plain(value) }))),
        closed: pieces.filter(piece => !piece.opened).map(piece => ({ for: piece.for_role, bytes: piece.bytes })),
        openedOfOthers: pieces.filter(piece => piece.opened && !own(piece)).map(piece => `${name} opened the part of ${piece.for_party}`),
      }
    }),
  )
  return seen.filter(({ orders }) => orders > 0)
}

/** The table, fields down, parties across. */
export function table(seen) {
  const fields = [...new Set(seen.flatMap(party => party.opened.map(({ field }) => field)))]
  const widest = Math.max(...fields.map(field => field.length), 12)
  const columns = seen.map(party => Math.max(party.name.length, 14))
  const row = (first, cells) => [first.padEnd(widest), ...cells.map((cell, place) => cell.padEnd(columns[place]))].join('  ').trimEnd()
  const closed = party => party.closed.reduce((sum, piece) => sum + piece.bytes, 0)
  return [
    row(
      'Who saw what',
      seen.map(party => party.name),
    ),
    row(
      '',
      columns.map(width => '─'.repeat(width)),
    ),
    ...fields.map(field =>
      row(
        field,
        seen.map(party => (party.opened.some(one => one.field === field) ? 'reads it' : '·')),
      ),
    ),
    row(
      'sealed',
      seen.map(party => (party.closed.length ? `${party.closed.length} × ${Math.round(closed(party) / party.closed.length)} B` : '·')),
    ),
  ].join('\n')
}
