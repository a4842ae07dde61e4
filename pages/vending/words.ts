import { vending as english } from '../shared/i18n/en/vending.ts'
import { drinks as japaneseDrinks } from '../shared/i18n/ja/drinks.ts'
import { vending as ja } from '../shared/i18n/ja/vending.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'

export const { t, language } = translator(english, { ja })

type Key = keyof typeof english

const isKey = (key: string): key is Key => Object.hasOwn(english, key)

/** The sentence for a value that the machine answered; `otherwise` for one that has no words yet. */
export const sentence = (key: string, otherwise: Key): string => t(isKey(key) ? key : otherwise)

/** What the machine calls a product, in the reader's language if there is a name for it. */
export const drink = (name: string): string => (language === 'ja' ? (japaneseDrinks[name] ?? name) : name)

export const money = (minor: number, currency: string): string => formatMoney(minor, currency, language)
