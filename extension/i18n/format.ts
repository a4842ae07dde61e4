// Money and time as the reader writes them.

import { locale } from './index'

/** An amount of minor units, such as ¥3,480. */
export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0
  return format.format(minor / 10 ** digits)
}

/** A day and a time from Unix seconds. */
export function dateTime(seconds: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(seconds * 1000)
}

/** A time of day from Unix seconds. */
export function timeOfDay(seconds: number): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(seconds * 1000)
}

/** Words joined the way the language joins them. */
export function list(words: string[]): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(words)
}
