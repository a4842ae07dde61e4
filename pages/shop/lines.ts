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

/** What no courier delivers: the store hands all of it over itself. */
export const isByShop = (lines: readonly PricedLine[]): boolean => lines.length > 0 && lines.every(({ product }) => product.byShop)

/** What is handed over and what is delivered, which are two orders. */
export const isMixed = (lines: readonly PricedLine[]): boolean => !isByShop(lines) && lines.some(({ product }) => product.byShop)

export function deliveryMinor(lines: readonly PricedLine[]): number {
  return isByShop(lines) ? 0 : (courier()?.price_minor ?? 0)
}

/** True when every line can be delivered, or all be handed over, as it stands. */
export function canOrder(lines: readonly PricedLine[]): boolean {
  return lines.length > 0 && !isMixed(lines) && lines.every(({ product, quantity }) => quantity <= product.stock)
}
