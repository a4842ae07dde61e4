import type { TallystickErrorName } from './tallystick.js'

/** The languages that there are sentences in. */
export type Language = 'en' | 'ja'

/** The language of ours that a reader of this one (BCP 47) reads: Japanese for Japanese, English for everybody else. */
export function languageOf(tag: string): Language

/**
 * What to say to the buyer when the wallet did not do what the page asked: what happened, where the money is, what to do. Anything that
 * is no `TallystickError`, such as a form that could not be fetched, is said to be the shop's silence.
 */
export function sentenceOf(error: unknown, language?: string): string

/** The sentences by language and name of the error; `Unknown` is for what has none. */
export const SENTENCES: Readonly<Record<Language, Readonly<Record<TallystickErrorName | 'Unknown', string>>>>
