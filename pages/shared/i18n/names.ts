// Texts that come in several languages with what they name, as parties send them.

/** A text by language: `{ "en": "Sencha", "ja": "煎茶" }`. */
export type Name = Readonly<Record<string, string>>

/**
 * The text in the first of the reader's languages for which there is one (RFC 4647 §3.4: `pt-BR`, then `pt`, then whatever
 * Portuguese there is); else the English one, or the first. The wallet chooses so too: what was read here is approved there.
 */
export function inLanguage(name: Name, wanted: readonly string[] = globalThis.navigator?.languages ?? []): string {
  const tags = Object.keys(name).toSorted()
  for (const tag of wanted) {
    const parts = tag.split('-')
    for (let length = parts.length; length > 0; length--) {
      const range = parts.slice(0, length).join('-').toLowerCase()
      const exact = tags.find(language => language.toLowerCase() === range)
      if (exact) return name[exact] ?? ''
    }
    const near = tags.find(language => language.split('-')[0] === parts[0]?.toLowerCase())
    if (near) return name[near] ?? ''
  }
  return name['en'] ?? name[tags[0] ?? ''] ?? ''
}
