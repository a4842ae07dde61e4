// How good a passphrase or PIN is, roughly and at once. The wallet's own rules decide in the end.

import type { Key } from '../i18n'

/** As the wallet demands. */
export const PASSPHRASE_CHARACTERS_MIN = 8

/** A rough guess: length counts most, mixed kinds of characters a little. */
export function passphraseHint(passphrase: string): { key: Key; level: 0 | 1 | 2 | 3 } {
  const length = [...passphrase].length
  if (length < PASSPHRASE_CHARACTERS_MIN) return { key: 'onboarding.passphrase.short', level: 0 }
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter(kind => kind.test(passphrase)).length
  const different = new Set(passphrase).size
  const score = Math.min(length, different * 2) + 2 * kinds
  if (score < 16) return { key: 'onboarding.passphrase.weak', level: 1 }
  if (score < 22) return { key: 'onboarding.passphrase.fair', level: 2 }
  return { key: 'onboarding.passphrase.strong', level: 3 }
}

/** Rows such as 123456, 777777 or 121212: what is tried first. */
export function isSimplePin(pin: string): boolean {
  const digits = [...pin].map(Number)
  const steps = digits.slice(1).map((digit, place) => (digit - (digits[place] ?? 0) + 10) % 10)
  const sameStep = new Set(steps).size <= 1 && [0, 1, 9].includes(steps[0] ?? 0)
  return sameStep || new Set(digits).size <= 2
}
