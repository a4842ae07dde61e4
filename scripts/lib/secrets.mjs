// The secrets of the local parties: made once, kept in .state, which git ignores.
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { at } from './paths.mjs'

/**
 * The demo's parties: domain and the name that people read. The first of a role goes by it, and is the one that
 * worker/demo describes; the others differ from it in domain and name. Pages and the simulation read the same file.
 *
 * @type {{ id: string, role: string, domain: string, name: string }[]}
 */
export const PARTIES = JSON.parse(readFileSync(at('worker/demo/parties.json'), 'utf8'))

/** The secrets by party, read from `folder` or made there; a party that is new gets its own. */
export function localSecrets(folder, parties = PARTIES) {
  const file = join(folder, 'secrets.json')
  const secrets = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const fresh = parties.filter(({ id }) => !secrets[id])
  for (const { id } of fresh) secrets[id] = { SEALING_KEY: randomBytes(32).toString('hex') }
  // From which the keys of all contactless cards come.
  for (const { id, role } of fresh) if (role === 'security-server') secrets[id].SETTLEMENT_MASTER = randomBytes(16).toString('hex')
  secrets.ca.REGISTRATION_KEY ??= randomBytes(32).toString('hex')
  if (fresh.length > 0) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  }
  return withTokens(secrets, parties)
}

/** The tokens follow from the CA's key: they are made, not kept. */
function withTokens(secrets, parties) {
  const key = Buffer.from(secrets.ca.REGISTRATION_KEY, 'hex')
  for (const { id, role, domain, name } of parties) {
    if (role !== 'ca') secrets[id].REGISTRATION_TOKEN = registrationToken(key, seatOf(role), domain, name)
    // A bank's key for purses is certified in the role of a bank, by a token of its own.
    if (role === 'bank') secrets[id].PURSE_KEY_TOKEN = registrationToken(key, role, domain, name)
    // As with a coupon office's key for coupons.
    if (role === 'coupon-office') secrets[id].COUPON_KEY_TOKEN = registrationToken(key, role, domain, name)
    if (role === 'shop') secrets[id].API_KEYS = `server=${apiKey(secrets[id], domain)}`
  }
  giveBankTokens(secrets)
  return secrets
}

/** The key of a shop's own server: in the demo it follows from the shop's sealing key, so that there is nothing more to keep. */
const apiKey = ({ SEALING_KEY }, domain) =>
  createHmac('sha256', Buffer.from(SEALING_KEY, 'hex')).update(`api-key|${domain}`).digest('base64url')

/** The first of the API keys that a shop's secrets name; nothing if it has none. */
export const apiKeyIn = ({ API_KEYS = '' }) => API_KEYS.split(';')[0].split('=').slice(1).join('=')

/** The role in which a party is certified for orders: a bank and a coupon office sit where an issuer sits. */
const seatOf = role => (['bank', 'coupon-office', 'settlement'].includes(role) ? 'issuer' : role)

/** The bank outside that tests ask, beside the demo's own banks. */
export const BANK_CLIENT = 'client-bank.localhost'

/** Each bank gets the token with which it is a client of the banking system, which gets them all. */
function giveBankTokens(secrets) {
  const outside = PARTIES.find(({ role }) => role === 'banking-system')
  const banks = PARTIES.filter(({ role }) => role === 'bank')
  const token = domain => bankToken(Buffer.from(secrets[outside.id].SEALING_KEY, 'hex'), domain)
  for (const { id, domain } of banks) secrets[id].BANKING_TOKEN = token(domain)
  const clients = [...banks.map(({ domain }) => domain), BANK_CLIENT]
  secrets[outside.id].CLIENT_TOKENS = clients.map(domain => `${domain}=${token(domain)}`).join(';')
}

/** The token of `BANK_CLIENT` at the banking system of the parties in `folder`. */
export function clientToken(folder) {
  const outside = PARTIES.find(({ role }) => role === 'banking-system')
  const clients = localSecrets(folder)[outside.id].CLIENT_TOKENS.split(';')
  return clients.find(client => client.startsWith(`${BANK_CLIENT}=`)).slice(BANK_CLIENT.length + 1)
}

/** In the demo it follows from a secret of the banking system, so that there is nothing more to keep. */
const bankToken = (key, domain) => createHmac('sha256', key).update(`client|${domain}`).digest('base64url')

/**
 * What lets `role` at `domain` register at the CA as `name`: HMAC-SHA-256 under the CA's registration key. Each
 * token is for one key; `number` counts the party's keys, from 1.
 */
export function registrationToken(registrationKey, role, domain, name, number = 1) {
  const party = `${role}|${domain}|${name}`
  return createHmac('sha256', registrationKey)
    .update(number > 1 ? `${number}|${party}` : party)
    .digest('hex')
}
