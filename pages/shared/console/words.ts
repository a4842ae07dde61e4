import { console as english } from '../i18n/en/console.ts'
import { console as ja } from '../i18n/ja/console.ts'
import { said as sayings } from '../i18n/ja/said.ts'
import { listener } from '../i18n/said.ts'
import { translator } from '../i18n/translate.ts'
import { formatMoney } from '../money.ts'

export const { t, language } = translator(english, { ja })

const hear = language === 'ja' ? listener(sayings) : (text: string) => text

/** What a party's computer says, in the reader's language if there are words for it. */
export const said = (text: string): string => hear(text) ?? text

export const money = (minor: number, currency: string) => formatMoney(minor, currency, language)

const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', hour12: false })

export const timeOf = (milliseconds: number) => clock.format(milliseconds)
/** Date and time of seconds since 1970. */
export const momentOf = (seconds: number) => day.format(seconds * 1_000)
