import type { AccountKey, AccountWords } from '../shared/account/account.ts'
import { accountWords } from '../shared/account/words.ts'
import { coupons } from '../shared/i18n/en/coupons.ts'
import { issuer } from '../shared/i18n/en/issuer.ts'
import { couponLinks } from '../shared/i18n/en/coupon-links.ts'
import { coupons as couponsJa } from '../shared/i18n/ja/coupons.ts'
import { issuer as issuerJa } from '../shared/i18n/ja/issuer.ts'
import { couponLinks as couponLinksJa } from '../shared/i18n/ja/coupon-links.ts'
import { translator, type Values } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'
import { nameOf, ownName } from '../shared/neighbours.ts'

/** What the office calls itself. */
export const office = nameOf(ownName('warifu'))

// What is said of an account at any issuer, but for what is different here.
const texts = translator({ ...issuer, ...coupons }, { ja: { ...issuerJa, ...couponsJa } })
const linked = translator(couponLinks, { ja: couponLinksJa })
export const { language } = texts

/** A text of the front page, with the office's name where it belongs. */
export const t = (key: AccountKey | keyof typeof coupons, values?: Values): string => texts.t(key, { issuer: office, ...values })

/** A text of a page to which a link leads. */
export const tLink: typeof linked.t = (key, values) => linked.t(key, { issuer: office, ...values })

export const words: AccountWords = accountWords(language, t)

/** The limit of every demo account, and what the coupon of the picture is worth, in yen. */
const DEMO_LIMIT_MINOR = 50_000
const PICTURE_MINOR = 1_000
export const demoLimit = formatMoney(DEMO_LIMIT_MINOR, 'JPY', language)
export const pictureWorth = formatMoney(PICTURE_MINOR, 'JPY', language)
