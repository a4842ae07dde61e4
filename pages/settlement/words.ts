import type { AccountKey, AccountWords } from '../shared/account/account.ts'
import { accountWords } from '../shared/account/words.ts'
import { issuer } from '../shared/i18n/en/issuer.ts'
import { settlement } from '../shared/i18n/en/settlement.ts'
import { issuer as issuerJa } from '../shared/i18n/ja/issuer.ts'
import { settlement as settlementJa } from '../shared/i18n/ja/settlement.ts'
import { translator, type Values } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'
import { nameOf, ownName } from '../shared/neighbours.ts'

/** What the settlement server calls itself. */
export const server = nameOf(ownName('kazaguruma'))

// What is said of an account at any issuer, but for what is different here.
const texts = translator({ ...issuer, ...settlement }, { ja: { ...issuerJa, ...settlementJa } })
export const { language } = texts

/** A text of the front page, with the server's name where it belongs. */
export const t = (key: AccountKey | keyof typeof settlement, values?: Values): string => texts.t(key, { issuer: server, ...values })

export const words: AccountWords = accountWords(language, t)

/** The limit of every demo account, in yen. */
const DEMO_LIMIT_MINOR = 50_000
export const demoLimit = formatMoney(DEMO_LIMIT_MINOR, 'JPY', language)
