// Messages of the protocol, as far as tests of the worker say them themselves.

/** Deterministic CBOR (RFC 8949 §4.2) of what these tests say: numbers, text, bytes, lists, maps. */
export function cbor(value) {
  const head = (major, count) => {
    if (count < 24) return Buffer.from([(major << 5) | count])
    if (count < 256) return Buffer.from([(major << 5) | 24, count])
    if (count < 65_536) return Buffer.from([(major << 5) | 25, count >> 8, count & 255])
    const long = Buffer.alloc(count < 2 ** 32 ? 5 : 9)
    long[0] = (major << 5) | (long.length === 5 ? 26 : 27)
    if (long.length === 5) long.writeUInt32BE(count, 1)
    else long.writeBigUInt64BE(BigInt(count), 1)
    return long
  }
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)])
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])])
}

/** A map with the keys 0, 1, 2 …; what is undefined is left out. */
export const map = (...items) => new Map([...items.entries()].filter(([, item]) => item !== undefined))
/** A message with the numbers that docs/messages.cddl gives. */
export const message = (type, ...items) => cbor([1, type, map(...items)])
