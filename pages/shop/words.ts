import { shop } from '../shared/i18n/en/shop.ts'
import { translator } from '../shared/i18n/translate.ts'
import { formatMoney } from '../shared/money.ts'

export const { t, language } = translator(shop)

export function money(minor: number, currency: string): string {
  return formatMoney(minor, currency, language)
}
