// Bytes on their way: messages of the extension are JSON, web pages speak base64url.

interface Packed {
  base64: string
}

/** A value as it travels in a message. */
export const packed = (value: unknown): unknown => (value instanceof Uint8Array ? ({ base64: base64Of(value) } satisfies Packed) : value)

/** The value that was packed. Throws if it is not base64. */
export const unpacked = (value: unknown): unknown => (isPacked(value) ? bytesOfBase64(value.base64) : value)

export const isPacked = (value: unknown): value is Packed => typeof (value as Partial<Packed> | null | undefined)?.base64 === 'string'

/** Encodes base64 (RFC 4648 §4), piece by piece, because a call takes only so many arguments. */
function base64Of(bytes: Uint8Array): string {
  const PIECE_BYTES = 3 * 8192
  let text = ''
  for (let from = 0; from < bytes.length; from += PIECE_BYTES)
    text += btoa(String.fromCharCode(...bytes.subarray(from, from + PIECE_BYTES)))
  return text
}

/** Decodes base64. Throws on anything else. */
function bytesOfBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), character => character.charCodeAt(0))
}

/** Decodes base64url without padding (RFC 4648 §5). Throws on anything else. */
export function bytesOf(base64url: string): Uint8Array {
  return bytesOfBase64(base64url.replaceAll('-', '+').replaceAll('_', '/'))
}

/** Encodes base64url without padding. */
export const base64urlOf = (bytes: Uint8Array): string => base64Of(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
