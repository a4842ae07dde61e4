// An operator of a party as a program: what a console's page does, with a key that lasts as long as the program.
import { constants, createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'

/** What a command's signature is for, so that it counts for nothing else. */
const TYPE = 'tallystick/v1/operator-command'
const SALT_BYTES = 32

/**
 * Registers as an operator of a party of the demo, where everybody may.
 *
 * @param {{ fetch: (domain: string, path: string, init?: object) => Promise<any> }} parties
 * @param {{ role: string, domain: string }} party
 * @returns {Promise<(command: string, told?: Record<string, string>) => Promise<void>>} what gives a command
 */
export async function operatorOf(parties, { role, domain }) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const header = base64url({ alg: 'PS256', typ: TYPE, kid: createHash('sha256').update(spki).digest('base64url') })
  const post = async (path, type, body) => {
    const answer = await parties.fetch(domain, path, { method: 'POST', headers: { 'content-type': type }, body })
    if (answer.status !== 200) throw new Error(`${domain}${path} answered ${answer.status}: ${answer.text()}`)
  }
  await post('/v1/console/operators', 'application/json', JSON.stringify({ name: 'Operator', key: spki.toString('base64') }))
  return async (command, told = {}) => {
    const at = Math.floor(Date.now() / 1000)
    const signed = `${header}.${base64url({ role, domain, command, arguments: told, id: randomUUID(), at })}`
    const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES }
    const signature = sign('sha256', Buffer.from(signed), key).toString('base64url')
    await post('/v1/console/commands', 'application/jose', `${signed}.${signature}`)
  }
}

const base64url = json => Buffer.from(JSON.stringify(json)).toString('base64url')
