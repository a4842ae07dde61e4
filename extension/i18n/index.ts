// Words from the catalogue of the reader's language. A key that English lacks does not compile.

import english from './en.json'

export type Key = keyof typeof english
type Catalogue = Partial<Record<Key, string>>
type Words = Record<string, string | number>

/** Languages that have a catalogue; what one of them lacks is said in English. */
const CATALOGUES: Record<string, Catalogue> = { en: english }

/** The reader's language with region, for numbers and dates. */
export const locale: string = globalThis.navigator?.language ?? 'en'

/** The language of the catalogue in use. */
export const language = Object.keys(CATALOGUES).find(one => locale === one || locale.startsWith(`${one}-`)) ?? 'en'
const plurals = new Intl.PluralRules(language)

/** The sentence under `key`, with `{name}` replaced from `words`. */
export function t(key: Key, words: Words = {}): string {
  const sentence = CATALOGUES[language]?.[key] ?? english[key]
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => String(words[name] ?? hole))
}

/** Like `t`, where the key has a form for each plural: `key.one`, `key.other`. */
export function count(key: PluralKey, number: number, words: Words = {}): string {
  const exact = `${key}.${plurals.select(number)}`
  return t(isKey(exact) ? exact : `${key}.other`, { count: number, ...words })
}

type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never

/** Whether the catalogue knows a key that was put together from the wallet's words. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(english, key)
}

/** `prefix.name` if the catalogue has it, else `otherwise`. */
export function keyOr(prefix: string, name: string, otherwise: Key): Key {
  const key = `${prefix}.${name}`
  return isKey(key) ? key : otherwise
}
