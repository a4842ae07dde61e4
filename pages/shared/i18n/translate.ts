// Looks messages up in a catalogue. A language is one more object with the same keys; English is
// complete and fills in for whatever another language lacks.

/** One message: a text with `{name}` places, or two forms chosen by the number `count`. */
export type Message = string | { readonly one: string; readonly other: string }
export type Catalogue = Readonly<Record<string, Message>>
/** The same messages in another language: every key that English has. */
export type CatalogueLike<English extends Catalogue> = Readonly<Record<keyof English, Message>>
export type Values = Readonly<Record<string, string | number>>

export interface Translator<Key extends string> {
  /** BCP 47 tag of the language in use, for `lang`, dates and numbers. */
  readonly language: string
  t(key: Key, values?: Values): string
}

export function translator<English extends Catalogue>(
  english: English,
  others: Readonly<Record<string, Partial<Record<keyof English, Message>>>> = {},
  wanted: readonly string[] = globalThis.navigator?.languages ?? [],
): Translator<Extract<keyof English, string>> {
  const primary = wanted.map(tag => tag.split('-')[0] ?? '')
  const language = primary.find(tag => tag === 'en' || tag in others) ?? 'en'
  const chosen: Partial<Record<string, Message>> = others[language] ?? {}
  const plural = new Intl.PluralRules(language)

  function t(key: Extract<keyof English, string>, values: Values = {}): string {
    const message: Message = chosen[key] ?? english[key] ?? key
    const text = typeof message === 'string' ? message : message[plural.select(Number(values['count'] ?? 0)) === 'one' ? 'one' : 'other']
    return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
  }
  return { language, t }
}
