import { shop } from '../shared/i18n/en/shop.ts'
import { shop as ja } from '../shared/i18n/ja/shop.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'

export const { t, language } = translator(shop, { ja })

/** Names one after the other: "this and that". */
export const list = new Intl.ListFormat(language, { type: 'conjunction' })

type Key = keyof typeof shop

const isKey = (key: string): key is Key => Object.hasOwn(shop, key)

/** The sentence for a value that the store's computer answered; `otherwise` for one that has no words yet. */
export const sentence = (key: string, otherwise: Key): string => t(isKey(key) ? key : otherwise)

export function money(minor: number, currency: string): string {
  return formatMoney(minor, currency, language)
}

const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })

/** Date and time of seconds since 1970. */
export const moment = (seconds: number): string => day.format(seconds * 1_000)
