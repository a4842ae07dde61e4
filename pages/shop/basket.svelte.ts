// The basket: kept in this browser, shared between tabs, and nowhere else until checkout.
const STORED_AS = 'kiso-basket/1'
const HELD_AS = 'kiso-held/1'
/** Orders whose lines are held at once; the oldest are let go. */
const HELD_MAX = 10
const LINES_MAX = 50
export const QUANTITY_MAX = 20

export interface Line {
  sku: string
  quantity: number
}

interface Removed {
  line: Line
  index: number
}

/** `removed`: what was taken out, the last at the end; `unsold`: how many lines left because their goods are sold no more. */
export const basket = $state<{ lines: Line[]; removed: Removed[]; unsold: number }>({
  lines: read(),
  removed: [],
  unsold: 0,
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
  basket.removed = basket.removed.filter(one => one.line.sku !== sku)
  write()
}

export function remove(sku: string): void {
  const index = basket.lines.findIndex(line => line.sku === sku)
  const line = basket.lines[index]
  if (!line) return
  basket.lines.splice(index, 1)
  basket.removed.push({ line, index })
  write()
}

/** Puts back what was removed last, in its old place. */
export function undoRemove(): void {
  const last = basket.removed.pop()
  if (!last) return
  basket.lines.splice(last.index, 0, last.line)
  write()
}

/** Goods that are sold no more leave the basket, so that what it counts is what it shows. */
export function dropUnsold(isSold: (sku: string) => boolean): void {
  const sold = basket.lines.filter(line => isSold(line.sku))
  if (sold.length === basket.lines.length) return
  basket.unsold += basket.lines.length - sold.length
  basket.lines = sold
  write()
}

export function empty(): void {
  basket.lines = []
  basket.removed = []
  basket.unsold = 0
  write()
}

/** Takes the lines out for the order of a form; until a courier has accepted it they can come back. */
export function hold(form: string): void {
  const held = readHeld().filter(one => one.form !== form)
  writeHeld([...held, { form, lines: $state.snapshot(basket.lines) }].slice(-HELD_MAX))
  empty()
}

/** The order of a form has stopped: its lines come back, once. Whether there were any. */
export function bringBack(form: string): boolean {
  const lines = readHeld().find(one => one.form === form)?.lines ?? []
  for (const { sku, quantity } of lines) {
    const line = basket.lines.find(entry => entry.sku === sku)
    if (line) line.quantity = Math.max(line.quantity, quantity)
    else if (basket.lines.length < LINES_MAX) basket.lines.push({ sku, quantity })
  }
  letGo(form)
  write()
  return lines.length > 0
}

/** The order of a form is on its way to the holder. */
export function letGo(form: string): void {
  writeHeld(readHeld().filter(one => one.form !== form))
}

interface Held {
  form: string
  lines: Line[]
}

function readHeld(): Held[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(HELD_AS) ?? '[]')
    const held = Array.isArray(stored) ? (stored as Partial<Held>[]) : []
    return held.flatMap(({ form, lines }) =>
      typeof form === 'string' && Array.isArray(lines) ? [{ form, lines: lines.filter(isLine).slice(0, LINES_MAX) }] : [],
    )
  } catch {
    return []
  }
}

function writeHeld(held: Held[]): void {
  try {
    localStorage.setItem(HELD_AS, JSON.stringify(held))
  } catch {
    // Storage may be off or full; then the order's page still lists what it was.
  }
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
