// Where in the console the reader is: the list with what is looked for in it, or the page of one order. It stands in the
// address after `#`, so that it can be kept, sent and gone back to.

export interface Place {
  /** The order whose page is shown; empty: the list. */
  order: string
  search: string
  state: string
  before: string
}

export const place = $state<Place>(read())

function read(): Place {
  const [path = '', query = ''] = location.hash.slice(1).split('?')
  const wanted = new URLSearchParams(query)
  const value = (name: string) => wanted.get(name) ?? ''
  return { order: path.replace(/^orders\//, ''), search: value('search'), state: value('state'), before: value('before') }
}

/** Follows the address; calls `moved` when it has changed. The returned function ends it. */
export function followPlace(moved: () => void): () => void {
  const onMove = () => {
    Object.assign(place, read())
    moved()
  }
  addEventListener('hashchange', onMove)
  return () => removeEventListener('hashchange', onMove)
}

/**
 * Narrows the list to what is looked for, and begins at the newest again. What is not named stays as the address has it: the
 * address is asked, since `place` follows it only when the browser gets to it.
 */
export function narrow(wanted: { search: string } | { state: string }): void {
  const { search, state } = read()
  location.hash = listAt({ search, state, ...wanted })
}

/** The address of the list in which this is looked for. */
export function listAt(wanted: { search?: string; state?: string; before?: string }): string {
  const query = queryOf(wanted)
  return query ? `#?${query}` : '#'
}

export const orderAt = (order: string): string => `#orders/${order}`

/** What the party is asked for at this place. */
export function pathOf({ order, ...wanted }: Place): string {
  if (order) return `/v1/console/orders/${encodeURIComponent(order)}`
  const query = queryOf({ ...wanted, search: plain(wanted.search) })
  return query ? `/v1/console?${query}` : '/v1/console'
}

/** What the party is asked for a file of the list at this place. */
export const filePathOf = ({ search, state }: Place, before: string): string =>
  `/v1/console/orders.csv?${queryOf({ search: plain(search), state, before })}`

/** As people type it: full-width digits, signs of currencies, spaces and commas between digits. */
const plain = (typed: string): string => typed.normalize('NFKC').replaceAll(/[^0-9A-Za-z.-]/g, '')

function queryOf(wanted: { search?: string; state?: string; before?: string }): string {
  const given = Object.entries(wanted).filter(([, value]) => value)
  return new URLSearchParams(given).toString()
}
