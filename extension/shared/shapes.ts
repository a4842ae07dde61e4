// Shapes of values that come in messages. They keep out what is no text, no number, too long; which
// texts and members mean something, the wallet says.

import { isPacked, unpacked } from './bytes'

/** Reads a value, or throws a TypeError. */
export type Shape<T> = (value: unknown) => T

/** The most characters of a text that somebody typed; every field of a page takes less. */
const TEXT_CHARACTERS_MAX = 1024

/** A text; where the wallet knows only some, it looks which. */
export function text<T extends string>(value: unknown): T {
  if (typeof value !== 'string' || value.length > TEXT_CHARACTERS_MAX) throw new TypeError('expected a text')
  return value as T
}

/** The most characters of a text with a coupon in it; the wallet says exactly. */
const COUPON_CHARACTERS_MAX = 12_288

/** A text of a coupon, as it was copied or read from a code. */
export function couponText(value: unknown): string {
  if (typeof value !== 'string' || value.length > COUPON_CHARACTERS_MAX) throw new TypeError('expected a text')
  return value
}

export function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('expected a number')
  return value
}

export function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError('expected yes or no')
  return value
}

export const numberOrNothing: Shape<number | undefined> = value => (value === undefined || value === null ? undefined : number(value))

/** An object of a few texts and yeses, as the wallet defines it. */
export function record<T extends object>(value: unknown): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('expected a record')
  for (const member of Object.values(value)) if (typeof member !== 'boolean') text(member)
  return value as T
}

/** The most members of a list in a record. */
const LIST_MAX = 32

/** A short list of texts. */
export function texts(value: unknown): string[] {
  if (!Array.isArray(value) || value.length > LIST_MAX) throw new TypeError('expected a short list')
  return value.map(one => text(one))
}

/** An object that may have numbers, lists of texts and records beside them. */
export function detailed<T extends object>(value: unknown): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('expected a record')
  for (const member of Object.values(value)) {
    if (Array.isArray(member)) {
      if (member.length > LIST_MAX) throw new TypeError('expected a shorter list')
      for (const one of member) text(one)
    } else if (typeof member === 'object') record(member)
    else if (typeof member !== 'boolean' && typeof member !== 'number') text(member)
  }
  return value as T
}

/** Bytes, as `packed` packs them, at most so many. */
export const bytesWithin =
  (most: number): Shape<Uint8Array> =>
  value => {
    if (!isPacked(value) || value.base64.length > Math.ceil(most / 3) * 4) throw new TypeError('expected bytes')
    return unpacked(value) as Uint8Array
  }
