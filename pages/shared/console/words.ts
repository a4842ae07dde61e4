import { console as english } from '../i18n/en/console.ts'
import { console as ja } from '../i18n/ja/console.ts'
import { translator } from '../i18n/translate.ts'
import { formatMoney } from '../money.ts'

export const { t, language } = translator(english, { ja })

type Key = keyof typeof english

const isKey = (key: string): key is Key => Object.hasOwn(english, key)

/** The words for a fixed word of a party, under their kind; a word that has none is said as it is. */
export function word(kind: 'word' | 'column' | 'fact' | 'table' | 'label' | 'counter', name: string): string {
  const key = `${kind}_${name}`
  return isKey(key) ? t(key) : name.replaceAll(/[_-]/g, ' ')
}

/** The sentence for a key that is put together, if there is one. */
export function sentence(key: string, values: Record<string, string | number> = {}): string {
  return isKey(key) ? t(key, values) : ''
}

export const money = (minor: number, currency: string) => formatMoney(minor, currency, language)

const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', hour12: false })

export const timeOf = (milliseconds: number) => clock.format(milliseconds)
/** Date and time of seconds since 1970. */
export const momentOf = (seconds: number) => day.format(seconds * 1_000)
export const countOf = (count: number) => new Intl.NumberFormat(language).format(count)
