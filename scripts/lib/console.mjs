// A party's console as one piece: what an operator would see who opened every page of it.

/**
 * @typedef {{ order_id: string, number: string, state: string, opened: { field: string, value: any }[], pieces: any[], statements: any[] }} ConsoleOrder
 * @param {{ fetch: (domain: string, path: string) => Promise<any> }} parties
 * @param {string} domain
 * @returns {Promise<any>} what `GET /v1/console` says, with `orders` (each with its whole page, newest first) and each table by
 *   its name as objects with a value for each column.
 */
export async function wholeConsole(parties, domain) {
  const read = async path => {
    const answer = await parties.fetch(domain, path)
    if (answer.status !== 200) throw new Error(`${domain}${path} answered ${answer.status}.`)
    return answer.json()
  }
  const console = await read('/v1/console')
  const lines = [...console.lines]
  for (let next = console.next; next;) {
    const page = await read(`/v1/console?before=${next}`)
    lines.push(...page.lines)
    next = page.next
  }
  const orders = []
  for (const { order_id } of lines) orders.push((await read(`/v1/console/orders/${order_id}`)).order)
  const tables = Object.fromEntries(console.tables.map(({ name, columns, rows }) => [name, rows.map(row => objectOf(columns, row))]))
  return { ...console, ...tables, lines, orders }
}

const objectOf = (columns, row) => Object.fromEntries(columns.map((column, place) => [column, plain(row[place])]))

/** A cell's value without its kind. */
export function plain(cell) {
  if (cell === 'none') return null
  const [value] = Object.values(cell)
  return value
}
