// Which courier delivers: the one chosen here last, kept in this browser and nowhere else, or the
// store's first.
import { shelves, type Courier } from './catalogue.svelte.ts'
import { language } from './words.ts'

const STORED_AS = 'kiso-courier/1'

const choice = $state({ domain: read() })

/** The courier that delivers; none before the catalogue is here. */
export function courier(): Courier | undefined {
  const couriers = shelves.catalogue?.couriers
  return couriers?.find(({ domain }) => domain === choice.domain) ?? couriers?.[0]
}

export function choose({ domain }: Courier): void {
  choice.domain = domain
  try {
    localStorage.setItem(STORED_AS, domain)
  } catch {
    // Storage may be off or full; then the choice lasts as long as the page.
  }
}

function read(): string {
  try {
    return localStorage.getItem(STORED_AS) ?? ''
  } catch {
    return ''
  }
}

const days = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
const either = new Intl.ListFormat(language, { type: 'disjunction' })

/** When its parcels arrive: "today or tomorrow". */
export function arrivalOf({ days_min, days_max }: Courier): string {
  return either.format([...new Set([days_min, days_max])].map(day => days.format(day, 'day')))
}
