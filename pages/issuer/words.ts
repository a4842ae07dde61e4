import { issuer as texts } from '../shared/i18n/en/issuer.ts'
import { issuer as ja } from '../shared/i18n/ja/issuer.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'
import { issuer } from './brand.ts'

const words = translator(texts, { ja })
export const { language } = words

/** A text of this page, with the issuer's name where it belongs. */
export const t: typeof words.t = (key, values) => words.t(key, { issuer, ...values })

type Key = keyof typeof texts

const isKey = (key: string): key is Key => Object.hasOwn(texts, key)

/** The sentence for a value that the issuer's computer answered; `otherwise` for one that has no words. */
export const sentence = (key: string, otherwise: Key): string => t(isKey(key) ? key : otherwise)

/** The limit of every demo account, in yen. */
const DEMO_LIMIT_MINOR = 50_000
export const demoLimit = formatMoney(DEMO_LIMIT_MINOR, 'JPY', language)
