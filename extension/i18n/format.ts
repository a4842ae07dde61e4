// Money and time as the reader writes them.

import { locale } from './index'

/** An amount of minor units, such as ¥3,480. */
export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  return format.format(minor / 10 ** digitsOf(currency))
}

/** How many digits a currency has after the point: a yen none, a dollar two. */
export function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 0
}

/** What stands beside an amount that is typed, such as ¥. */
export function symbolOf(currency: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  return format.formatToParts(0).find(part => part.type === 'currency')?.value ?? currency
}

/** An amount as a plain decimal number: 3480 yen are 3480, 3480 cents are 34.80. */
export function decimalOf(minor: number, currency: string): string {
  const digits = digitsOf(currency)
  return (minor / 10 ** digits).toFixed(digits)
}

/** A day and a time from Unix seconds. */
export function dateTime(seconds: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(seconds * 1000)
}

/** A day from Unix seconds. */
export function day(seconds: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(seconds * 1000)
}

/** A day from Unix seconds as it stands in a list: without the year if that is this one. */
export function shortDay(seconds: number): string {
  const at = new Date(seconds * 1000)
  const year = at.getFullYear() === new Date().getFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat(locale, { year, month: 'short', day: 'numeric' }).format(at)
}

/** A share of ten thousand, such as 8% for 800. */
export function percent(basisPoints: number): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(basisPoints / 10_000)
}

/** A day as it stands in names of files: the reader's own day, in the digits of ISO 8601. */
export function fileDay(seconds: number): string {
  const at = new Date(seconds * 1000)
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(part => String(part).padStart(2, '0')).join('-')
}

/** A month of a year from Unix seconds. */
export function month(seconds: number): string {
  return new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long' }).format(seconds * 1000)
}

/** ISO 8601 in UTC from Unix seconds. */
export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** A time of day from Unix seconds. */
export function timeOfDay(seconds: number): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(seconds * 1000)
}

/** With a capital letter in front, as a line of its own begins. */
export const capitalised = (text: string): string => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)

/** Words joined the way the language joins them. */
export function list(words: string[]): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(words)
}
