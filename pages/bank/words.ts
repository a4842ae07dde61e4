import { bank as texts } from '../shared/i18n/en/bank.ts'
import { bank as ja } from '../shared/i18n/ja/bank.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'
import { nameOf, ownName } from '../shared/neighbours.ts'

export const name = nameOf(ownName('midori-bank'))

const words = translator(texts, { ja })
export const { language } = words

/** A text of this page, with the bank's name where it belongs. */
export const t: typeof words.t = (key, values) => words.t(key, { bank: name, ...values })

type Key = keyof typeof texts

const isKey = (key: string): key is Key => Object.hasOwn(texts, key)

/** The word for a fixed value that the bank answered, such as a state; the value itself if there is none. */
export const wordOf = (kind: string, value: string): string => {
  const key = `${kind}_${value}`
  return isKey(key) ? t(key) : value
}

export const money = (minor: number, currency: string): string => formatMoney(minor, currency, language)

const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' })
const brief = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
const clock = new Intl.DateTimeFormat(language, { timeStyle: 'short' })

/** A time in seconds since 1970, in words. */
export const dateOf = (seconds: number): string => day.format(seconds * 1000)
export const briefOf = (seconds: number): string => brief.format(seconds * 1000)
export const clockOf = (seconds: number): string => clock.format(seconds * 1000)
