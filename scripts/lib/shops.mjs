// The shops that were added to the demo's parties on this machine: who they are, where their own servers are, their API keys.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { playFolder } from './paths.mjs'
import { Stop } from './say.mjs'
import { PARTIES, apiKeyIn, localSecrets } from './secrets.mjs'

/**
 * A shop that was added. `origin`: where its pages are, which is its own server; `webhook`: where it is told what happens, if anywhere.
 *
 * @typedef {{ id: string, domain: string, name: string, origin: string, webhook?: string }} Shop
 */

/** Where the first shop's own server is proposed to be; the next ones follow. */
const PORT_FIRST = 8950
const NAME_CHARACTERS_MAX = 60
const SHOPS_MAX = 20

const listFile = folder => join(folder, 'shops.json')

/** Where a shop's address and API key are kept for its own server, as Node's --env-file reads it. */
export const environmentFile = (id, folder = playFolder) => join(folder, 'shops', `${id}.env`)

/** @returns {Shop[]} */
export function readShops(folder = playFolder) {
  const file = listFile(folder)
  if (!existsSync(file)) return []
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Stop(`${file} is not JSON any more: put it right, or delete it and add the shops again.`)
  }
}

/** A shop as startParties plays it. */
export const partyOfShop = ({ id, domain, name }) => ({ id, role: 'shop', domain, name })

/** What such a shop's settings are, beside those of the demo's own. */
export const settingsOfShop = ({ origin, webhook = '' }) => ({ ORIGIN: origin, WEBHOOK: webhook, SELLER: '' })

/**
 * Adds a shop; `port`: the one of the parties. Throws a Stop with what is wrong with it.
 *
 * @param {{ id: string, name: string, origin?: string, webhook?: string }} wanted
 * @param {{ port: number, folder?: string }} where
 * @returns {Shop}
 */
export function addShop({ id, name, origin, webhook }, { port, folder = playFolder }) {
  const shops = readShops(folder)
  requireId(id, shops)
  requireName(name)
  if (shops.length === SHOPS_MAX) throw new Stop(`There are ${SHOPS_MAX} shops already, and no more can be added: take one away first.`)
  const domain = `${id}.localhost`
  const shop = { id, domain, name, origin: originOf(origin ?? proposed(domain, shops), domain, shops, port) }
  const added = webhook === undefined ? shop : { ...shop, webhook: webhookOf(webhook) }
  writeShops([...shops, added], folder)
  writeEnvironment(added, port, folder)
  return added
}

/** Takes a shop away again. Its keys and orders stay where the parties keep theirs, so that it can be added again. */
export function removeShop(id, folder = playFolder) {
  const shops = readShops(folder)
  if (!shops.some(shop => shop.id === id)) throw new Stop(`There is no shop ${id}${known(shops)}.`)
  const left = shops.filter(shop => shop.id !== id)
  writeShops(left, folder)
  rmSync(environmentFile(id, folder), { force: true })
}

/** What the shop's own server must know: where the shop is, and the key to it. */
export function writeEnvironment(shop, port, folder = playFolder) {
  const file = environmentFile(shop.id, folder)
  const secrets = localSecrets(join(folder, 'parties'), [...PARTIES, ...readShops(folder).map(partyOfShop)])
  mkdirSync(join(folder, 'shops'), { recursive: true })
  const lines = [
    `TALLYSTICK_SHOP=http://${shop.domain}:${port}`,
    `TALLYSTICK_API_KEY=${apiKeyIn(secrets[shop.id])}`,
    `TALLYSTICK_WEBHOOK=${shop.webhook ?? ''}`,
    `PORT=${new URL(shop.origin).port || 80}`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
}

function writeShops(shops, folder) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(listFile(folder), `${JSON.stringify(shops, null, 2)}\n`)
}

const known = shops =>
  shops.length === 0 ? '; none was added' : `; there ${shops.length === 1 ? 'is' : 'are'} ${shops.map(({ id }) => id).join(', ')}`

function requireId(id, shops) {
  if (!/^[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/.test(id ?? '')) {
    throw new Stop(
      `${JSON.stringify(id ?? '')} cannot be a host's name: take 1 to 30 small letters, digits and hyphens, beginning with a letter, such as my-honey.`,
    )
  }
  const demo = PARTIES.find(party => party.id === id || party.domain === `${id}.localhost`)
  if (demo) throw new Stop(`${id} is ${demo.name}, one of the demo's own parties: take another name.`)
  if (shops.some(shop => shop.id === id)) {
    throw new Stop(`There is a shop ${id} already; npm run add-shop -- ${id} --remove takes it away.`)
  }
}

/** The name is in the shop's certificate; a bar would end it there. */
function requireName(name) {
  if (!name?.trim()) throw new Stop('The shop has no name that people read: npm run add-shop -- my-honey "My Honey".')
  if (/[|\p{Cc}]/u.test(name) || name.length > NAME_CHARACTERS_MAX) {
    throw new Stop(`The name that people read has at most ${NAME_CHARACTERS_MAX} characters, and none of them is a bar or a line's end.`)
  }
}

function proposed(domain, shops) {
  const taken = shops.map(portOf)
  let port = PORT_FIRST
  while (taken.includes(port)) port += 1
  return `http://${domain}:${port}`
}

const portOf = ({ origin }) => Number(new URL(origin).port || 80)

function originOf(text, domain, shops, partiesPort) {
  const url = URL.parse(text)
  if (!url || url.origin !== text.replace(/\/$/, '') || url.protocol !== 'http:') {
    throw new Stop(`--origin is ${text}, which is no origin of this machine: say it as http://${domain}:${PORT_FIRST}.`)
  }
  if (url.hostname !== domain) {
    throw new Stop(`--origin is at ${url.hostname}, and the shop at ${domain}: a form counts on pages of its shop's own host only.`)
  }
  const port = portOf({ origin: url.origin })
  if (port === partiesPort) throw new Stop(`Port ${port} is where the parties are: take another for the shop's own server.`)
  const other = shops.find(shop => portOf(shop) === port)
  if (other) throw new Stop(`Port ${port} is ${other.id}'s: take another for the shop's own server.`)
  return url.origin
}

function webhookOf(text) {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' || !url.hostname.endsWith('.localhost') || url.username || url.hash) {
    throw new Stop(`--webhook is ${text}: on this machine it is an address such as http://my-honey.localhost:${PORT_FIRST}/webhook.`)
  }
  return url.href
}
