// The basket's lines joined with the goods they name.
import { basket } from './basket.svelte.ts'
import { productOf, type Product } from './catalogue.svelte.ts'
import { courier } from './courier.svelte.ts'

export interface PricedLine {
  product: Product
  quantity: number
}

/** What can be ordered; a line whose product is no longer sold is left out. */
export function pricedLines(): PricedLine[] {
  return basket.lines.flatMap(({ sku, quantity }) => {
    const product = productOf(sku)
    return product ? [{ product, quantity }] : []
  })
}

export function goodsMinor(lines: readonly PricedLine[]): number {
  return lines.reduce((sum, { product, quantity }) => sum + product.price_minor * quantity, 0)
}

export function deliveryMinor(): number {
  return courier()?.price_minor ?? 0
}

/** True when every line can be delivered as it stands. */
export function canOrder(lines: readonly PricedLine[]): boolean {
  return lines.length > 0 && lines.every(({ product, quantity }) => quantity <= product.stock)
}
