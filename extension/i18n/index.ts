// Words from the catalogue of the reader's language. A key that English lacks does not compile.

import { CATALOGUES, ENGLISH, type Key } from './catalogues'
import { isolated } from './isolated'

export type { Key } from './catalogues'
type Words = Record<string, string | number>

const primary = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? ''

/** The reader's language with region, for numbers and dates: the first wanted that has a catalogue. */
export const locale: string = (globalThis.navigator?.languages ?? []).find(tag => Object.hasOwn(CATALOGUES, primary(tag))) ?? 'en'

/** The language of the catalogue in use. */
export const language = primary(locale)
const catalogue = CATALOGUES[language] ?? ENGLISH
const plurals = new Intl.PluralRules(language)

/** The sentence under `key`, with `{name}` replaced from `words`. */
export function t(key: Key, words: Words = {}): string {
  const sentence = catalogue[key] ?? ENGLISH[key]
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => isolated(String(words[name] ?? hole)))
}

/** The sentence under `key` in pieces: those that were filled in from `words` are others' words. */
export function parts(key: Key, words: Words): { text: string; filled: boolean }[] {
  const pieces = (catalogue[key] ?? ENGLISH[key]).split(/\{(\w+)\}/g)
  return pieces.map((piece, place) =>
    place % 2 === 1 ? { text: String(words[piece] ?? `{${piece}}`), filled: true } : { text: piece, filled: false },
  )
}

/**
 * Like `t`, where the key has a form for each plural: `key.one`, `key.other`. The form for one is
 * also taken for exactly one in a language without plurals, since it may say more ("the last try").
 */
export function count(key: PluralKey, number: number, words: Words = {}): string {
  const exact = `${key}.${number === 1 ? 'one' : plurals.select(number)}`
  return t(isKey(exact) ? exact : `${key}.other`, { count: new Intl.NumberFormat(locale).format(number), ...words })
}

type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never

/** Whether the catalogue knows a key that was put together from the wallet's words. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(ENGLISH, key)
}

/** `prefix.name` if the catalogue has it, else `otherwise`. */
export function keyOr(prefix: string, name: string, otherwise: Key): Key {
  const key = `${prefix}.${name}`
  return isKey(key) ? key : otherwise
}
