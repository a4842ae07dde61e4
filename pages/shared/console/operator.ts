// The operator's key: made here, kept by the browser so that nobody can take it out, and used for nothing but commands.
// A command is a JSON Web Signature (RFC 7515, compact) with PS256.
import { postForJson } from '../http.ts'
import { operatorHeaders } from './feed.svelte.ts'
import type { Owner } from './model.ts'

/** What a command's signature is for, so that it counts for nothing else. */
const TYPE = 'tallystick/v1/operator-command'
const DATABASE = 'tallystick-operator'
const STORE = 'keys'
const ALGORITHM = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
const SALT_BYTES = 32

export interface Operator {
  pair: CryptoKeyPair
  /** Subject public key info in base64: what an operator puts into the setting OPERATORS. */
  publicKey: string
  /** SHA-256 of it in base64url: what names the key. */
  id: string
}

export interface CommandTo {
  role: string
  domain: string
  command: string
  arguments: Record<string, string>
}

/** This browser's operator key, if it has one. */
export async function storedOperator(): Promise<Operator | null> {
  const pair = await keep<CryptoKeyPair | undefined>('readonly', store => store.get('operator'))
  return pair ? describe(pair) : null
}

/** Makes an operator key, or takes the one that is there. */
export async function makeOperator(): Promise<Operator> {
  const stored = await storedOperator()
  if (stored) return stored
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
  await keep('readwrite', store => store.put(pair, 'operator'))
  // The browser may drop what it was not asked to keep.
  await navigator.storage?.persist?.()
  return describe(pair)
}

async function describe(pair: CryptoKeyPair): Promise<Operator> {
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', spki))
  return { pair, publicKey: base64(spki), id: base64url(digest) }
}

/** Signs a command once. What comes back can be sent as often as need be: it is done once. */
export async function signedCommand(operator: Operator, command: CommandTo): Promise<string> {
  const header = { alg: 'PS256', typ: TYPE, kid: operator.id }
  const payload = { ...command, id: crypto.randomUUID(), at: Math.floor(Date.now() / 1000) }
  const signed = `${base64url(utf8(JSON.stringify(header)))}.${base64url(utf8(JSON.stringify(payload)))}`
  const signature = await crypto.subtle.sign({ name: 'RSA-PSS', saltLength: SALT_BYTES }, operator.pair.privateKey, utf8(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}

export const sendCommand = (signed: string): Promise<unknown> =>
  postForJson('/v1/console/commands', utf8(signed), 'application/jose', operatorHeaders())

/** In a demo the page's own key becomes an operator's. */
export const registerOperator = (name: string, { publicKey }: Operator): Promise<unknown> =>
  postForJson('/v1/console/operators', utf8(JSON.stringify({ name, key: publicKey })), 'application/json', operatorHeaders())

/** This browser's operator key, made when it is first needed; in a demo it becomes an operator's then, under this name. */
export async function operatorFor({ operators, registers_operators }: Owner, name: string): Promise<Operator> {
  const own = await makeOperator()
  if (registers_operators && !operators.some(({ key }) => key === own.id)) await registerOperator(name, own)
  return own
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))
const base64url = (bytes: Uint8Array): string => base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

function keep<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
    opening.onerror = () => reject(opening.error ?? new Error(DATABASE))
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(STORE, mode)
      const asked = work(transaction.objectStore(STORE))
      transaction.oncomplete = () => {
        opening.result.close()
        resolve(asked.result as T)
      }
      transaction.onerror = () => reject(transaction.error ?? new Error(DATABASE))
    }
  })
}
