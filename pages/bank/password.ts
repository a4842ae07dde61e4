// From a password to the verifier that the bank compares: Argon2id (RFC 9106), as the wallet does it at the registration.
// Without WebAssembly, which the page's policy does not allow, and without a worker, which would need one more.
import { argon2idAsync } from '@noble/hashes/argon2.js'

/** What the bank says that the verifier is made with. */
export interface Salt {
  /** 16 bytes in hexadecimal. */
  salt: string
  memory_kib: number
  passes: number
}

/** The most that a bank may ask of a browser: what the wallet would do. */
const MEMORY_KIB_MAX = 256 * 1024
const PASSES_MAX = 32
const VERIFIER_BYTES = 32
/** How long the page may stand still at once. */
const TICK_MS = 20

/** The verifier in hexadecimal; `onprogress` hears from 0 to 1 how far it is. */
export async function verifierOf(
  password: string,
  { salt, memory_kib, passes }: Salt,
  onprogress?: (part: number) => void,
): Promise<string> {
  if (!(memory_kib <= MEMORY_KIB_MAX && passes <= PASSES_MAX)) throw new RangeError('The bank asks for too much work.')
  const options = {
    m: memory_kib,
    t: passes,
    p: 1,
    dkLen: VERIFIER_BYTES,
    asyncTick: TICK_MS,
    ...(onprogress && { onProgress: onprogress }),
  }
  const verifier = await argon2idAsync(new TextEncoder().encode(password), bytesOf(salt), options)
  return Array.from(verifier, byte => byte.toString(16).padStart(2, '0')).join('')
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], byte => Number.parseInt(byte, 16))
