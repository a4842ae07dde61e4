// How good a passphrase or PIN is, roughly and at once. The wallet itself looks at the length alone, before
// it stretches a passphrase: what words are worth is judged here, and only here.

import type { Key } from '../i18n'

/** As the wallet demands (`PASSPHRASE_CHARACTERS_MIN` in `crates/wallet/src/core/access.rs`; tests/e2e/passphrases.test.mjs holds the two together). */
export const PASSPHRASE_CHARACTERS_MIN = 8
/** From here on a passphrase is taken: three unusual words. A guess costs what one unlocking does, half a second and 64 MiB. */
const BITS_MIN = 32
/** From here on it is called strong: four of them. */
const BITS_STRONG = 43
/** What an unusual word is worth at most: one of four thousand. */
const WORD_BITS = 12
/** What a word is worth that everybody uses, and one that stood in the passphrase before. */
const COMMON_BITS = 4
const REPEATED_BITS = 1
/** What is typed first by whoever guesses: words that say nothing of their own. */
const COMMON = new Set(
  (
    'the and you are love this that with have for not but his her they what my me is it in of to on so do we he she i a ' +
    'much very like good day cat dog sat mat man red big up out at no yes all can now see how new one two three four five hello world secret password passwort passphrase pass word admin ' +
    'letmein welcome login master dragon monkey football baseball summer winter spring autumn sunshine princess iloveyou ' +
    'qwerty azerty asdf wallet tallystick money bitcoin test abc ' +
    'パスワード ぱすわーど ひみつ 秘密 あいうえお こんにちは ありがとう わたし 私 です ます ください 大好き 愛 密码 你好 我 爱 是 的 비밀번호 사랑 안녕'
  ).split(' '),
)
/** Pairs of letters of which text in Latin letters mostly consists; what chance draws has few of them. */
const PAIRS = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce ' +
    'li ch ll be ma si om ur la el ta no ec tr di ee et ss us un il ge ho ei ie sc em lo sh so ad ut am ot po ca pe ai ac op ow qu'
  ).split(' '),
)
/** Below this share of them eight and more letters and digits are taken for drawn by chance. */
const PAIRS_SHARE_MIN = 0.25
/** What a letter or digit is worth that was drawn by chance. */
const DRAWN_BITS = 4.7
/** Letters that lie beside one another on keyboards. */
const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890', 'azertyuiop', 'qwertzuiop']

/** Bits for a character, by its script: what guessing it costs somebody who knows how words look. */
const SCRIPTS: [RegExp, number][] = [
  [/\p{Nd}/u, 3.3],
  [/\p{Script=Han}/u, 6.5],
  [/\p{Script=Hangul}/u, 5.5],
  [/[\p{Script=Hiragana}\p{Script=Katakana}ー]/u, 3.7],
  [/\p{L}|\p{M}/u, 2.8],
]

const words = new Intl.Segmenter(undefined, { granularity: 'word' })

/** Bits that a passphrase is worth, in words of whatever script: what repeats, follows in a row or is on everybody's lips counts little. */
export function passphraseBits(passphrase: string): number {
  const seen = new Set<string>()
  let bits = 0
  let joined = false
  for (const { segment, isWordLike } of words.segment(passphrase.normalize('NFKC').toLowerCase())) {
    if (!isWordLike) {
      bits += symbolBits(segment, seen)
      joined = false
      continue
    }
    if (looksDrawn(segment)) {
      bits += surprising(segment).length * DRAWN_BITS
      continue
    }
    for (const part of segment.match(/\p{Nd}+|\P{Nd}+/gu) ?? []) {
      const worth = partBits(part, seen)
      // What follows without a space is half told by what stands before it: endings, particles, the second half of a compound.
      bits += joined && /[^\p{Nd}\p{Script=Latin}]/u.test(part) ? worth / 2 : worth
    }
    joined = true
  }
  return bits + mixedBits(passphrase)
}

/** A hint, and how good it is: 0 and 1 are not taken. */
export function passphraseHint(passphrase: string): { key: Key; level: 0 | 1 | 2 | 3 } {
  if ([...passphrase].length < PASSPHRASE_CHARACTERS_MIN) return { key: 'onboarding.passphrase.short', level: 0 }
  const bits = passphraseBits(passphrase)
  if (bits < BITS_MIN) return { key: 'onboarding.passphrase.weak', level: 1 }
  if (bits < BITS_STRONG) return { key: 'onboarding.passphrase.fair', level: 2 }
  return { key: 'onboarding.passphrase.strong', level: 3 }
}

/** A word, or digits. */
function partBits(part: string, seen: Set<string>): number {
  const known = seen.has(part)
  seen.add(part)
  if (known) return REPEATED_BITS
  const characters = surprising(part)
  const each = characters.map(character => SCRIPTS.find(([script]) => script.test(character))?.[1] ?? 2.8)
  const sum = each.reduce((all, one) => all + one, 0)
  if (COMMON.has(part)) return Math.min(COMMON_BITS, sum)
  if (/^\p{Nd}/u.test(part)) return /^(19|20)\d\d$/.test(part) ? Math.min(6, sum) : sum
  if (sum <= WORD_BITS) return sum
  // A long run of letters may be several words, or none: each letter beyond the first word adds what text has.
  return WORD_BITS + Math.max(0, characters.length - 8) * 1.5
}

/** Whether letters and digits look as if chance had drawn them, as a manager of passwords does. */
function looksDrawn(segment: string): boolean {
  const letters = segment.replace(/\p{Nd}/gu, '')
  if (!/^[a-z0-9]{8,}$/.test(segment) || letters.length < 5) return false
  const pairs = [...letters].slice(1).map((letter, place) => `${letters[place] ?? ''}${letter}`)
  return pairs.filter(pair => PAIRS.has(pair)).length / pairs.length < PAIRS_SHARE_MIN
}

/** The characters without the rows among them: three and more of the same, or one after the other in the alphabet or on a keyboard. */
function surprising(part: string): string[] {
  const all = [...part]
  const follows = all.map((character, place) => place > 0 && isNext(all[place - 1] ?? '', character))
  return all.filter((_, place) => !follows[place] || !(follows[place - 1] || follows[place + 1]))
}

function isNext(before: string, character: string): boolean {
  const step = (character.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)
  const inRow = (row: string) => row.includes(before) && row.includes(character)
  return Math.abs(step) <= 1 || ROWS.some(row => inRow(row) && Math.abs(row.indexOf(character) - row.indexOf(before)) === 1)
}

/** Signs between words; spaces are worth nothing. */
function symbolBits(segment: string, seen: Set<string>): number {
  if (/^\s*$/u.test(segment) || seen.has(segment)) return 0
  seen.add(segment)
  return 2
}

/** A little for letters that are large where they need not be, and for digits or signs within words: each is one more thing to try. */
function mixedBits(passphrase: string): number {
  const inside = passphrase.match(/(?<=\p{L})(?:\p{Lu}|\p{Nd})|\p{Nd}(?=\p{L})/gu)?.length ?? 0
  return passphrase === passphrase.toUpperCase() ? 0 : Math.min(inside, 4) * 0.5
}

/** Rows such as 123456, 777777 or 121212: what is tried first. */
export function isSimplePin(pin: string): boolean {
  const digits = [...pin].map(Number)
  const steps = digits.slice(1).map((digit, place) => (digit - (digits[place] ?? 0) + 10) % 10)
  const sameStep = new Set(steps).size <= 1 && [0, 1, 9].includes(steps[0] ?? 0)
  return sameStep || new Set(digits).size <= 2
}
