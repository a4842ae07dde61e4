// What home browsers and terminals say to a home proxy, as programs: docs/messages.cddl.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { cbor, map } from './messages.mjs'

export { cbor, map, message } from './messages.mjs'

/** Numbers of messages. */
export const HOME_REGISTRATION = 152
export const HOME_CONNECT = 155

/** Keys of a home card or a terminal, with the name that follows from them. */
export function keysOf(context) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = map(publicKey.export({ type: 'spki', format: 'der' }), randomBytes(32))
  const name = createHash('sha256').update(context).update(cbor(keys)).digest()
  const signed = (what, payload) => {
    const header = cbor(new Map([[1, -7]]))
    const structure = cbor(['Signature1', header, Buffer.from(what), payload])
    const signature = sign('sha256', structure, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return Buffer.concat([Buffer.from([0xd2]), cbor([header, new Map(), payload, signature])])
  }
  return { keys, name, signed }
}

/** Now, in seconds since 1970. */
export const seconds = () => Math.floor(Date.now() / 1000)
