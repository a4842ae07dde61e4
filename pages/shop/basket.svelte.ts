// The basket: kept in this browser, shared between tabs, and nowhere else until checkout.
const STORED_AS = 'kiso-basket/1'
const LINES_MAX = 50
export const QUANTITY_MAX = 20

export interface Line {
  sku: string
  quantity: number
}

export const basket = $state<{ lines: Line[]; removed: { line: Line; index: number } | null }>({
  lines: read(),
  removed: null,
})

export function quantityOf(sku: string): number {
  return basket.lines.find(line => line.sku === sku)?.quantity ?? 0
}

export function countAll(): number {
  return basket.lines.reduce((sum, line) => sum + line.quantity, 0)
}

/** Sets how many of one thing are in the basket, between 1 and `stock`. */
export function setQuantity(sku: string, quantity: number, stock: number): void {
  const allowed = Math.max(1, Math.min(Math.trunc(quantity) || 1, stock, QUANTITY_MAX))
  const line = basket.lines.find(entry => entry.sku === sku)
  if (line) line.quantity = allowed
  else if (basket.lines.length < LINES_MAX) basket.lines.push({ sku, quantity: allowed })
  basket.removed = null
  write()
}

export function remove(sku: string): void {
  const index = basket.lines.findIndex(line => line.sku === sku)
  const line = basket.lines[index]
  if (!line) return
  basket.lines.splice(index, 1)
  basket.removed = { line, index }
  write()
}

/** Puts back what was removed last, in its old place. */
export function undoRemove(): void {
  if (!basket.removed) return
  const { line, index } = basket.removed
  basket.lines.splice(index, 0, line)
  basket.removed = null
  write()
}

export function empty(): void {
  basket.lines = []
  basket.removed = null
  write()
}

function read(): Line[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isLine).slice(0, LINES_MAX) : []
  } catch {
    return []
  }
}

function write(): void {
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(basket.lines))
  } catch {
    // Storage may be off or full; the basket then lasts as long as the page.
  }
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false
  const { sku, quantity } = value as Partial<Line>
  return typeof sku === 'string' && Number.isInteger(quantity) && Number(quantity) >= 1 && Number(quantity) <= QUANTITY_MAX
}

addEventListener('storage', (event: StorageEvent) => {
  if (event.key === STORED_AS) basket.lines = read()
})
