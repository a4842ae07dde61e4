// Orders by the month in which they were made.

import { month } from '../../i18n/format'
import type { OrderView } from '../../shared/wallet-types'

export interface Month {
  name: string
  orders: OrderView[]
}

/** Months in the order in which `orders` come. */
export function byMonth(orders: OrderView[]): Month[] {
  const months: Month[] = []
  for (const order of orders) {
    const name = month(order.created_at)
    const last = months.at(-1)
    if (last?.name === name) last.orders.push(order)
    else months.push({ name, orders: [order] })
  }
  return months
}
