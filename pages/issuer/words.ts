import { issuer } from '../shared/i18n/en/issuer.ts'
import { issuer as ja } from '../shared/i18n/ja/issuer.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'

export const { t, language } = translator(issuer, { ja })

/** The limit of every demo account, in yen. */
const DEMO_LIMIT_MINOR = 50_000
export const demoLimit = formatMoney(DEMO_LIMIT_MINOR, 'JPY', language)
