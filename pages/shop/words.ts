import { shop } from '../shared/i18n/en/shop.ts'
import { goods } from '../shared/i18n/ja/goods.ts'
import { said as sayings } from '../shared/i18n/ja/said.ts'
import { shop as ja } from '../shared/i18n/ja/shop.ts'
import { listener } from '../shared/i18n/said.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'

export const { t, language } = translator(shop, { ja })

/** Names one after the other: "this and that". */
export const list = new Intl.ListFormat(language, { type: 'conjunction' })

const hear = language === 'ja' ? listener({ ...goods, ...sayings }) : (text: string) => text

/** What the store's computer says, in the reader's language if there are words for it. */
export const said = (text: string): string => hear(text) ?? text

/** The same for a sentence inside another: empty rather than in a second language. */
export const saidOrNothing = (text: string): string => hear(text) ?? ''

export function money(minor: number, currency: string): string {
  return formatMoney(minor, currency, language)
}
