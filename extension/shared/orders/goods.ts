// What was bought, in the reader's language as far as the shop has said it.

import { count, language, t } from '../../i18n'
import type { OrderView } from '../wallet-types'

/** Something that the shop named, perhaps in several languages. */
interface Named {
  name: string
  names?: { language: string; text: string }[]
}

/** What it is called in the reader's language; otherwise as the shop calls it for everybody. */
export function nameOf({ name, names = [] }: Named): string {
  const own = names.find(one => one.language.split('-')[0]?.toLowerCase() === language)
  return own?.text ?? name
}

/** The goods of an order in few words: the first of them, and how many kinds more. */
export function goodsOf({ items }: Pick<OrderView, 'items'>): string {
  const [first, ...more] = items
  if (!first) return ''
  const name = nameOf(first)
  const goods = first.quantity === 1 ? name : t('orders.goods', { name, quantity: first.quantity })
  return more.length === 0 ? goods : count('orders.goods.more', more.length, { goods })
}
