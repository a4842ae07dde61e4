import { issuer as texts } from '../shared/i18n/en/issuer.ts'
import { issuer as ja } from '../shared/i18n/ja/issuer.ts'
import { said as sayings } from '../shared/i18n/ja/said.ts'
import { listener } from '../shared/i18n/said.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'
import { issuer } from './brand.ts'

const words = translator(texts, { ja })
export const { language } = words

/** A text of this page, with the issuer's name where it belongs. */
export const t: typeof words.t = (key, values) => words.t(key, { issuer, ...values })

/** What the issuer says itself, in the page's language; undefined where there are no words for it. */
export const said = language === 'ja' ? listener(sayings) : (text: string): string | undefined => text

/** The limit of every demo account, in yen. */
const DEMO_LIMIT_MINOR = 50_000
export const demoLimit = formatMoney(DEMO_LIMIT_MINOR, 'JPY', language)
