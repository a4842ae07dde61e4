// What was bought, in the reader's language as far as the shop has said it.

import { count, t } from '../../i18n'
import type { OrderView } from '../wallet-types'
import { inLanguage } from './names'

/** What the shop calls goods or a delivery, in the first of the reader's languages that it has a name in. */
export const nameOf = ({ name, names }: Pick<OrderView['items'][number], 'name' | 'names'>): string => inLanguage(names, name)

/** The goods of an order in few words: the first of them, and how many kinds more. */
export function goodsOf({ items }: Pick<OrderView, 'items'>): string {
  const [first, ...more] = items
  if (!first) return ''
  const name = nameOf(first)
  const goods = first.quantity === 1 ? name : t('orders.goods', { name, quantity: first.quantity })
  return more.length === 0 ? goods : count('orders.goods.more', more.length, { goods })
}
