// Money as people read it. Amounts are integers of minor units; ¥ has none, € and $ have two digits.

/** `3480, 'JPY'` becomes `¥3,480`; `3480, 'EUR'` becomes `€34.80`. */
export function formatMoney(minor: number, currency: string, language = 'en'): string {
  try {
    const format = new Intl.NumberFormat(language, {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
    })
    const digits = format.resolvedOptions().maximumFractionDigits ?? 0
    return format.format(minor / 10 ** digits)
  } catch {
    return `${minor} ${currency}`
  }
}
