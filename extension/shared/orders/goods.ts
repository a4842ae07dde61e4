// What was bought, in the reader's language as far as the shop has said it.

import { count, t } from '../../i18n'
import type { LocalTextView, OrderView } from '../wallet-types'
import { inLanguage } from './names'

/** Something that the shop named, perhaps in several languages. */
interface Named {
  name: string
  names?: LocalTextView[]
}

/** What it is called in a language that the reader reads; otherwise as the shop calls it for everybody. */
export const nameOf = ({ name, names }: Named): string => inLanguage(names, name)

/** The goods of an order in few words: the first of them, and how many kinds more. */
export function goodsOf({ items }: Pick<OrderView, 'items'>): string {
  const [first, ...more] = items
  if (!first) return ''
  const name = nameOf(first)
  const goods = first.quantity === 1 ? name : t('orders.goods', { name, quantity: first.quantity })
  return more.length === 0 ? goods : count('orders.goods.more', more.length, { goods })
}
