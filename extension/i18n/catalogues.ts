// The catalogues: one of the pages' words and one of the wallet's errors for each language.

import english from './en.json'
import japanese from './ja.json'
import englishProblems from './problems/en.json'
import japaneseProblems from './problems/ja.json'

export const ENGLISH = { ...english, ...englishProblems }

export type Key = keyof typeof ENGLISH
export type Catalogue = Partial<Record<Key, string>>

/** Languages that have a catalogue; what one of them lacks is said in English. */
export const CATALOGUES: Record<string, Catalogue> = {
  en: ENGLISH,
  ja: { ...japanese, ...japaneseProblems },
}
