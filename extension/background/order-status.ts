// What the page that asked may know of its order.

import type { OrderStatus } from '../shared/messages'
import type { OrderView, WalletView } from '../shared/wallet-types'
import type { Ask } from './asks'

/** How the order of an ask stands, for the page that asked. */
export function statusOf(ask: Ask, view: WalletView): OrderStatus {
  const order = view.orders.find(one => one.request_id === ask.request_id)
  if (ask.replaced && (!order || order.state === 'declined')) return notPlaced('declined', 'Replaced')
  if (!order) {
    // A locked wallet shows no orders: one that was approved goes on once it is unlocked.
    const undecided = !ask.request_id || view.phase === 'ready'
    return ask.closed && undecided ? notPlaced('declined', 'Declined') : notPlaced('waiting')
  }
  return { ...endOf(order), state: order.state, order_id: order.order_id }
}

const notPlaced = (state: string, ended?: OrderStatus['ended']): OrderStatus => ({ state, ended, approved: false, placed: false })

function endOf({ state }: OrderView): Omit<OrderStatus, 'order_id'> {
  switch (state) {
    case 'asked':
      return notPlaced(state)
    case 'declined':
      return notPlaced(state, 'Declined')
    case 'expired':
      return notPlaced(state, 'Expired')
    // The page belongs to the shop that says so.
    case 'disowned':
    case 'refused':
      return notPlaced(state, 'Refused')
    case 'failed':
      return notPlaced(state, 'Failed')
    case 'received':
    case 'authorised':
    case 'delivering':
      return { state, approved: true, placed: true }
    case 'approved':
    case 'confirmed':
    case 'sent':
      return { state, approved: true, placed: false }
  }
}
