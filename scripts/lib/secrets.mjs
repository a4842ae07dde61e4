// The secrets of the local parties: made once, kept in .state, which git ignores.
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The demo's parties: role and domain. */
export const PARTIES = [
  { role: 'ca', domain: 'ca.localhost' },
  { role: 'key-centre', domain: 'keys.localhost' },
  { role: 'shop', domain: 'kiso-tea.localhost' },
  { role: 'issuer', domain: 'asahi-card.localhost' },
  { role: 'courier', domain: 'hayate.localhost' },
]

/** The secrets by role, read from `folder` or made there. */
export function localSecrets(folder) {
  const file = join(folder, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const registrationKey = randomBytes(32)
  const secrets = {}
  for (const { role, domain } of PARTIES) {
    secrets[role] = { SEALING_KEY: randomBytes(32).toString('hex') }
    if (role === 'ca') secrets[role].REGISTRATION_KEY = registrationKey.toString('hex')
    else secrets[role].REGISTRATION_TOKEN = registrationToken(registrationKey, role, domain)
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  return secrets
}

/** What lets `role` at `domain` register at the CA: HMAC-SHA-256 under the CA's registration key. */
export function registrationToken(registrationKey, role, domain) {
  return createHmac('sha256', registrationKey).update(`${role}|${domain}`).digest('hex')
}
