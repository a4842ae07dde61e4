// A wallet that has been used for some months: fifty orders in every state, and many cards.

import type { CardView, OrderView, WalletView } from '../shared/wallet-types'
import type { Scene } from './scene'

interface Parts {
  ready: WalletView
  asked: OrderView
  moving: OrderView
  done: OrderView
  refused: OrderView
  card: CardView
}

const NOW = Math.floor(Date.now() / 1000)
const DAY = 86_400
const ORDERS = 50
const CARDS = 16

const SENCHA = { name: 'Sencha, first flush 100 g', price_minor: 1_480 }
const GOODS = [
  SENCHA,
  { name: 'Haiku of the seasons', price_minor: 1_200 },
  { name: 'Kyusu, side-handled tea pot of unglazed clay from Tokoname', price_minor: 6_800 },
  { name: 'Hojicha 200 g', price_minor: 980 },
]
const item = (place: number, quantity: number) => ({ ...(GOODS[place % GOODS.length] ?? SENCHA), quantity })

export function manyOrdersScenes({ ready, asked, moving, done, refused, card }: Parts): Record<string, Scene> {
  const cancelled: OrderView = {
    ...refused,
    failure: { kind: 'cancelled', about: 'Kiso Tea & Books', money_key: 'released', issuer: 'Asahi Card', until: 0 },
    strands: { ...refused.strands, issuer: { fill: 0, word: 'released' } },
  }
  const back: OrderView = {
    ...done,
    sentence_key: 'refunded',
    strands: { ...done.strands, issuer: { fill: 0, word: 'refunded' } },
  }
  const kinds = [done, done, refused, done, back, done, cancelled]
  const orders = Array.from({ length: ORDERS }, (_, place): OrderView => {
    const kind = place < 2 ? moving : (kinds[place % kinds.length] ?? done)
    const items = Array.from({ length: 1 + (place % 3) }, (_, one) => item(place + one, 1 + (place % 2)))
    const total = items.reduce((sum, { price_minor, quantity }) => sum + price_minor * quantity, asked.delivery?.price_minor ?? 0)
    const at = NOW - place * place * 0.12 * DAY
    const number = `${(0x5c5c - place * 7).toString(16)}-${(0xa0b1 + place * 31).toString(16)}`
    return {
      ...kind,
      request_id: `order-${place}`,
      number,
      order_id: number.replace('-', '').repeat(8),
      items,
      total_minor: total,
      rest_minor: total,
      refunded_minor: kind === back ? total : undefined,
      created_at: Math.floor(at),
      updated_at: Math.floor(at) + 60,
    }
  })
  const view: WalletView = { ...ready, orders }
  const cards = Array.from({ length: CARDS }, (_, face) => ({ ...card, id: `${face}`, last4: `${1000 + face}`, face }))
  return {
    'orders-50': { view },
    'orders-found': { view },
    'orders-none-found': { view },
    'popup-50': { view: { ...view, cards }, popup: true },
  }
}
