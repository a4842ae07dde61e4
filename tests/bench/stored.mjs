// Fills the tables of stopped parties with orders that have ended, as if they had been bought: copies of one that
// really was, under numbers of their own.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What a party keeps of an order: each table, how to find its rows of one order, and what tells orders apart. */
const KEPT = {
  shop: { orders: 'shop_orders', fresh: { form_digest: 'randomblob(32)' }, more: { shop_papers: 'order_id', shop_charged: 'root' } },
  issuer: { orders: 'issuer_reservations', fresh: {}, more: {} },
  courier: { orders: 'courier_deliveries', fresh: { tracking: "'HY-' || hex(randomblob(8))" }, more: {} },
}

/** Copies one ended order at each party until there are `total`. `folderOf(id)` is where a party's tables are. */
export function fill(folderOf, total) {
  for (const [id, kept] of Object.entries(KEPT)) {
    const folder = folderOf(id)
    const file = readdirSync(folder).find(name => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
    const database = new DatabaseSync(join(folder, file))
    try {
      database.exec('BEGIN')
      copyOrders(database, kept, total)
      database.exec('COMMIT')
    } finally {
      database.close()
    }
  }
}

function copyOrders(database, { orders, fresh, more }, total) {
  const sample = database.prepare(`SELECT rowid, order_id, root FROM ${orders} ORDER BY received_at LIMIT 1`)
  sample.setReadBigInts(true)
  const { rowid } = sample.get()
  const { count } = database.prepare(`SELECT count(*) AS count FROM ${orders}`).get()
  const own = { root: 'n.root', order_id: 'n.order_id', ...fresh }
  database.exec('CREATE TEMP TABLE numbers AS SELECT randomblob(32) AS root, randomblob(32) AS order_id WHERE false')
  database.exec(
    `INSERT INTO numbers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${Math.max(total - Number(count), 1)})
     SELECT randomblob(32), randomblob(32) FROM n`,
  )
  copy(database, orders, `s.rowid = ${rowid}`, own)
  for (const [table, key] of Object.entries(more)) {
    copy(database, table, `s.${key} = (SELECT ${key} FROM ${orders} WHERE rowid = ${rowid})`, { [key]: `n.${key}` })
  }
  // What was said about it, as long as that is kept.
  const reference = `lower(hex((SELECT root FROM ${orders} WHERE rowid = ${rowid})))`
  copy(database, 'statements', `s.reference = ${reference}`, { reference: 'lower(hex(n.root))' })
  const number = `lower(hex((SELECT order_id FROM ${orders} WHERE rowid = ${rowid})))`
  copy(database, 'commands', `s.key = ${number}`, { key: 'lower(hex(n.order_id))' })
  database.exec('DROP TABLE numbers')
}

/** Rows of `table` that are as those where `condition` holds, once for each new number. */
function copy(database, table, condition, own) {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
  const names = columns.map(({ name }) => name)
  const values = names.map(name => own[name] ?? `s.${name}`)
  database.exec(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${table} s, numbers n WHERE ${condition}`)
}
