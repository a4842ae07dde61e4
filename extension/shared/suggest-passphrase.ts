// A passphrase drawn by chance, for whoever would rather not think of one: four words of a list of 2,048, 44 bits.

import { language } from '../i18n'
import { passphraseHint } from './secret-strength'

/** The words of BIP 39, of which no two are easily mistaken for each other. They are fetched from the extension when wanted. */
const LISTS: Record<string, () => Promise<{ wordlist: readonly string[] }>> = {
  en: () => import('@scure/bip39/wordlists/english.js'),
  ja: () => import('@scure/bip39/wordlists/japanese.js'),
}
const WORDS = 4
/** What stands between them: what is typed the same way by whoever types the words. A Japanese space is not the one of ASCII. */
const BETWEEN: Record<string, string> = { ja: '・' }
/** Four very short words are drawn again: what the meter says of a suggestion must not put anybody off. */
const DRAWS_MAX = 64

/** Four words in the reader's language. */
export async function suggestPassphrase(): Promise<string> {
  const load = LISTS[language] ?? LISTS.en
  const { wordlist } = (await load?.()) ?? { wordlist: [] }
  if (wordlist.length < 2048) throw new RangeError('the list of words is too short')
  for (let draw = 1; ; draw += 1) {
    const passphrase = drawn(wordlist).join(BETWEEN[language] ?? ' ')
    if (draw === DRAWS_MAX || passphraseHint(passphrase).level === 3) return passphrase
  }
}

/** The list has 2,048 words, and 2^32 is a multiple of that: no word is likelier than another. */
const drawn = (wordlist: readonly string[]): string[] =>
  [...crypto.getRandomValues(new Uint32Array(WORDS))].map(number => (wordlist[number % 2048] ?? '').normalize('NFC'))
