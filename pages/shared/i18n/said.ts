// What a party says itself, in the reader's language where there are words for it. Parties speak
// English; a sentence nobody has words for stays as it was said.

/** English texts with `{name}` places, and what they are in another language. */
export type Sayings = Readonly<Record<string, string>>

interface Pattern {
  places: string[]
  english: RegExp
  words: string
}

/** Looks up what parties say; `undefined` where there are no words for it. */
export function listener(sayings: Sayings): (text: string) => string | undefined {
  const patterns = Object.entries(sayings)
    .filter(([english]) => english.includes('{'))
    .map(patternOf)

  function hear(text: string): string | undefined {
    if (Object.hasOwn(sayings, text)) return sayings[text]
    for (const { places, english, words } of patterns) {
      const found = english.exec(text)
      if (!found) continue
      const values = new Map(places.map((place, index) => [place, found[index + 1] ?? '']))
      return words.replace(/\{(\w+)\}/g, (_, place: string) => {
        const value = values.get(place) ?? ''
        return hear(value) ?? value
      })
    }
    return undefined
  }
  return hear
}

function patternOf([english, words]: [string, string]): Pattern {
  const parts = english.split(/\{(\w+)\}/)
  const places = parts.filter((_, index) => index % 2 === 1)
  const source = parts.map((part, index) => (index % 2 === 1 ? '(.+)' : part.replace(/[.*+?^$()[\]\\|]/g, '\\$&')))
  return { places, english: new RegExp(`^${source.join('')}$`), words }
}
