// The secrets of the local parties: made once, kept in .state, which git ignores.
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The demo's parties: role, domain and the name that people read, as in worker/wrangler. */
export const PARTIES = [
  { role: 'ca', domain: 'ca.localhost', name: 'Tallystick CA' },
  { role: 'key-centre', domain: 'keys.localhost', name: 'Tallystick Key Centre' },
  { role: 'shop', domain: 'kiso-tea.localhost', name: 'Kiso Tea & Books' },
  { role: 'issuer', domain: 'asahi-card.localhost', name: 'Asahi Card' },
  { role: 'courier', domain: 'hayate.localhost', name: 'Hayate Courier' },
]

/** The secrets by role, read from `folder` or made there. */
export function localSecrets(folder) {
  const file = join(folder, 'secrets.json')
  if (existsSync(file)) return withTokens(JSON.parse(readFileSync(file, 'utf8')))
  const secrets = {}
  for (const { role } of PARTIES) secrets[role] = { SEALING_KEY: randomBytes(32).toString('hex') }
  secrets.ca.REGISTRATION_KEY = randomBytes(32).toString('hex')
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  return withTokens(secrets)
}

/** The tokens follow from the CA's key: they are made, not kept. */
function withTokens(secrets) {
  const key = Buffer.from(secrets.ca.REGISTRATION_KEY, 'hex')
  for (const { role, domain, name } of PARTIES) {
    if (role !== 'ca') secrets[role].REGISTRATION_TOKEN = registrationToken(key, role, domain, name)
  }
  return secrets
}

/** What lets `role` at `domain` register at the CA as `name`: HMAC-SHA-256 under the CA's registration key. */
export function registrationToken(registrationKey, role, domain, name) {
  return createHmac('sha256', registrationKey).update(`${role}|${domain}|${name}`).digest('hex')
}
