// Finding orders again by whatever somebody remembers: the shop, what was bought, the order's number, what it cost,
// the tracking number.

import { dateTime, decimalOf, money } from '../../i18n/format'
import { folded } from '../../shared/folded'
import { stateWord } from '../../shared/orders/order-words'
import type { OrderView } from '../../shared/wallet-types'

/** The whole number is typed from its beginning, or not at all: its digits would be found in everything else. */
const WHOLE_NUMBER_MIN = 8

/** Those of `orders` that have every word that was typed. */
export function found(orders: OrderView[], typed: string): OrderView[] {
  const words = folded(typed).split(/\s+/).filter(Boolean)
  return words.length === 0 ? orders : orders.filter(order => hasAll(order, words))
}

function hasAll(order: OrderView, words: string[]): boolean {
  const text = folded(wordsOf(order).join('\n'))
  const digits = closed(folded(digitsOf(order).join('\n')))
  return words.every(word => {
    if (text.includes(word)) return true
    const bare = closed(word)
    if (bare.length === 0) return false
    return digits.includes(bare) || (bare.length >= WHOLE_NUMBER_MIN && (order.order_id?.startsWith(bare) ?? false))
  })
}

/** What of an order can be found. */
const wordsOf = (order: OrderView): string[] => [
  ...order.parties.flatMap(({ name, domain }) => [name, domain]),
  ...order.items.flatMap(namesOf),
  ...digitsOf(order),
  dateTime(order.created_at),
  stateWord(order),
]

/** What of it people write with hyphens, points and signs, or without. */
const digitsOf = ({ number = '', tracking = '', total_minor: total, currency }: OrderView): string[] => [
  number,
  tracking,
  money(total, currency),
  decimalOf(total, currency),
]

const namesOf = ({ name, names = [] }: OrderView['items'][number]) => [name, ...names.map(({ text }) => text)]

/** Without what people write between digits, or leave out: 3,480 is 3480, and f917-aab0 is f917aab0. */
const closed = (text: string): string => text.replaceAll(/[,.'’\p{Pd}\u2212\p{Sc} ]/gu, '')
