// An amount of money as somebody types it.

import { digitsOf } from '../i18n/format'

/** More than any purse or account takes, and still exact as a number. */
const MINOR_MAX = 1e14

/** Whole part, what parts its thousands, what stands before the fraction, the fraction. */
const AMOUNT = /^(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*|\d+)(?:([.,])(\d+))?$/

/**
 * The minor units of what was typed, as "1,500", "１５００" or "12.50"; undefined for what is no amount of that
 * currency. A point or comma before three digits parts thousands, unless the other one has done so before it.
 */
export function minorOf(typed: string, currency: string): number | undefined {
  const digits = digitsOf(currency)
  const match = AMOUNT.exec(typed.normalize('NFKC').replaceAll(/[\s'’]/g, ''))
  if (!match) return undefined
  const [, whole = '', thousands, point, fraction = ''] = match
  if (fraction.length > digits || (point !== undefined && point === thousands)) return undefined
  const minor = Number(whole.replaceAll(/[.,]/g, '') + fraction.padEnd(digits, '0'))
  return minor > 0 && minor <= MINOR_MAX ? minor : undefined
}
