import { console as english } from '../i18n/en/console.ts'
import { translator } from '../i18n/translate.ts'
import { formatMoney } from '../money.ts'

export const { t, language } = translator(english)

export const money = (minor: number, currency: string) => formatMoney(minor, currency, language)

const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', hour12: false })

export const timeOf = (milliseconds: number) => clock.format(milliseconds)
/** Date and time of seconds since 1970. */
export const momentOf = (seconds: number) => day.format(seconds * 1_000)
