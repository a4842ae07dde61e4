// What a shop calls a thing, in a language that its buyer reads. The form says it in several, and is signed with all of them.

import type { LocalTextView } from '../wallet-types'

/**
 * The text in the first of the reader's languages for which there is one (RFC 4647 §3.4: `pt-BR`, then `pt`, then whatever
 * Portuguese there is), else `fallback`.
 */
export function inLanguage(
  names: readonly LocalTextView[] | undefined,
  fallback: string,
  wanted: readonly string[] = globalThis.navigator?.languages ?? [],
): string {
  for (const tag of wanted) {
    const parts = tag.split('-')
    for (let length = parts.length; length > 0; length--) {
      const range = parts.slice(0, length).join('-').toLowerCase()
      const exact = names?.find(({ language }) => language.toLowerCase() === range)
      if (exact) return exact.text
    }
    const near = names?.find(({ language }) => language.split('-')[0] === parts[0]?.toLowerCase())
    if (near) return near.text
  }
  return fallback
}
