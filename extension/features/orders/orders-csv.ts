// The orders as a table for spreadsheets: one line an order, amounts as plain decimal numbers, times as ISO 8601 in UTC.
// What was charged adds up to what whoever pays took: an order that was refused, cancelled or never charged counts nothing,
// and what was given back stands in a column of its own.

import { t } from '../../i18n'
import { decimalOf, isoTime } from '../../i18n/format'
import { csvOf } from '../../shared/csv'
import { nameOf } from '../../shared/orders/goods'
import { couponsGivenBack, isCharged, partyName, shopName, stateWord } from '../../shared/orders/order-words'
import { paymentOf } from '../../shared/orders/payment'
import type { OrderView } from '../../shared/wallet-types'

export function ordersCsv(orders: OrderView[]): string {
  const head = [
    t('csv.ordered'),
    t('csv.number'),
    t('orders.number.whole'),
    t('party.shop'),
    t('csv.domain'),
    t('csv.items'),
    t('csv.delivery'),
    t('csv.total'),
    t('csv.coupons'),
    t('orders.coupons.returned'),
    t('csv.charged'),
    t('csv.refunded'),
    t('csv.currency'),
    t('party.issuer'),
    t('csv.card'),
    t('party.courier'),
    t('approve.tracking'),
    t('orders.goes'),
    t('csv.state'),
    t('csv.changed'),
  ]
  return csvOf([head, ...orders.map(line)])
}

function line(order: OrderView): string[] {
  const decimal = (minor: number) => decimalOf(minor, order.currency)
  const shop = order.parties.find(party => party.role === 'shop')
  return [
    isoTime(order.created_at),
    order.number ?? '',
    order.order_id ?? '',
    shopName(order),
    shop?.domain ?? '',
    order.items.map(item => t('approve.item', { name: nameOf(item), quantity: item.quantity })).join('; '),
    decimal(order.delivery?.price_minor ?? 0),
    decimal(order.total_minor),
    decimal(isCharged(order) ? order.total_minor - order.rest_minor : 0),
    decimal(couponsGivenBack(order)),
    decimal(isCharged(order) ? order.rest_minor : 0),
    decimal(order.refunded_minor ?? 0),
    order.currency,
    partyName(order, 'issuer'),
    paymentOf(order) === 'card' ? (order.card_last4 ?? '') : '',
    order.without_courier ? '' : partyName(order, 'courier'),
    order.tracking ?? '',
    order.destination ?? order.address_label ?? '',
    stateWord(order),
    isoTime(order.updated_at),
  ]
}
