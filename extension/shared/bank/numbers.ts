// The numbers of accounts and purses, as people read and type them.

import type { EndView } from '../wallet-types'

/** What value can be sent to by its number. A prepaid card has to be there. */
export type Destination = 'account' | 'purse'

const PURSE = /^[0-9a-f]{32}$/
/** An account's number is an unsigned 64-bit integer. */
const ACCOUNT = /^\d{1,20}$/
const ACCOUNT_MAX = (1n << 64n) - 1n

/** In groups of four, so that it can be read out. */
export const grouped = (number: string): string => number.replaceAll(/(.{4})(?=.)/g, '$1 ')

/** Enough to tell one from another: the last four digits of an account, both ends of a purse's number, a shop's whole domain. */
export function shortNumber({ kind, number }: Pick<EndView, 'kind' | 'number'>): string {
  if (kind === 'account') return `··${number.slice(-4)}`
  return kind !== 'shop' && number.length > 12 ? `${number.slice(0, 4)}…${number.slice(-4)}` : number
}

/** The end of a movement that was typed or pasted; undefined if it is no number of that kind. */
export function endOf(kind: Destination, typed: string): string | undefined {
  const number = typed
    .normalize('NFKC')
    .replaceAll(/[\s·.-]/g, '')
    .toLowerCase()
  if (kind !== 'account') return PURSE.test(number) ? `${kind}:${number}` : undefined
  return ACCOUNT.test(number) && BigInt(number) <= ACCOUNT_MAX ? `${kind}:${BigInt(number)}` : undefined
}
