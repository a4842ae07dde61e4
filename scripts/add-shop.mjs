// npm run add-shop -- my-honey "My Honey" [--origin http://my-honey.localhost:8950] [--webhook URL]
// npm run add-shop -- my-honey --remove
//
// Adds a shop to the demo's parties on this machine, beside which `npm start` plays it from then on; its own server is wherever
// --origin says. PORT as for npm start.
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { bootstrap } from './lib/bootstrap.mjs'
import { Stop, run } from './lib/say.mjs'

const OPTIONS = /** @type {const} */ ({
  origin: { type: 'string', multiple: false },
  webhook: { type: 'string', multiple: false },
  remove: { type: 'boolean', multiple: false },
})
const USAGE = 'npm run add-shop takes: my-honey "My Honey" [--origin http://my-honey.localhost:8950] [--webhook URL], or my-honey --remove.'

await run(async () => {
  const { id, name, origin, webhook, remove } = asked(process.argv.slice(2))
  await bootstrap()
  const { addShop, environmentFile, removeShop } = await import('./lib/shops.mjs')
  if (remove) {
    removeShop(id)
    print(`${id} is taken away. Its keys and orders stay, should you add it again.`)
    return
  }
  const { portOf } = await import('./lib/port.mjs')
  const port = portOf(process.env.PORT)
  const shop = addShop({ id, name, origin, webhook }, { port })
  print(
    `${shop.name} is a shop now, at http://${shop.domain}:${port}; its own server belongs at ${shop.origin}.`,
    `Its API key is in ${relative(process.cwd(), environmentFile(id))}, for that server alone:`,
    `  node --env-file=${relative(process.cwd(), environmentFile(id))} server.mjs`,
    shop.webhook
      ? `What happens to its orders is told to ${shop.webhook}.`
      : 'Nobody is told what happens to its orders: there is no --webhook.',
    'npm start plays it from the next start on. docs/shops.md goes on from here.',
  )
})

function print(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/**
 * @param {string[]} args
 * @returns {{ id: string, name?: string, origin?: string, webhook?: string, remove?: boolean }}
 */
function asked(args) {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
    // None of the options is taken twice.
    const { origin, webhook, remove } = /** @type {{ origin?: string, webhook?: string, remove?: boolean }} */ (values)
    if (positionals.length === (remove ? 1 : 2)) return { id: positionals[0], name: positionals[1], origin, webhook, remove }
  } catch {
    // Said below.
  }
  throw new Stop(USAGE)
}
