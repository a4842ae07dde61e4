import { accountWords } from '../shared/account/words.ts'
import type { AccountWords } from '../shared/account/account.ts'
import { issuer as english } from '../shared/i18n/en/issuer.ts'
import { issuer as ja } from '../shared/i18n/ja/issuer.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'
import { issuer } from './brand.ts'

const texts = translator(english, { ja })
export const { language } = texts

/** A text of this page, with the issuer's name where it belongs. */
export const t: AccountWords['t'] = (key, values) => texts.t(key, { issuer, ...values })

export const words = accountWords(language, t)

/** The limit of every demo account, in yen. */
const DEMO_LIMIT_MINOR = 50_000
export const demoLimit = formatMoney(DEMO_LIMIT_MINOR, 'JPY', language)
