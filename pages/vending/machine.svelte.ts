// The machine as whoever stands before it sees it: what it shows, what lies in its tray, what went wrong.
import { getJson, RequestFailure, sendJson } from '../shared/http.ts'
import { sentence, t } from './words.ts'

export interface Product {
  id: string
  name: string
  price_minor: number
}
/** `GET /v1/machine`. */
export interface Front {
  name: string
  state: 'selling' | 'unopened'
  currency: string
  bank: string
  products: Product[]
}
/** `POST /v1/choices`. */
interface Asks {
  product: string
  amount_minor: number
  text: string
}
/** `POST /v1/payments`. */
export interface Comes {
  outcome: 'dropped' | 'dropped-before' | 'refused'
  reason?: string
  product?: string
  text?: string
}

/** How often a machine that does not sell yet is looked at again, in milliseconds. */
const ASK_MS = 3_000

class Machine {
  front = $state<Front>()
  /** What was chosen, and the request for it. */
  asks = $state<Asks>()
  /** What the slot answered. */
  comes = $state<Comes>()
  /** What lies in the tray. */
  tray = $state<string>()
  busy = $state(false)
  /** What went wrong, in a sentence. */
  problem = $state('')

  product(id: string | undefined): Product | undefined {
    return this.front?.products.find(product => product.id === id)
  }

  /** Looks at the front, and again while there is nothing to buy. */
  async look(): Promise<void> {
    try {
      this.front = await getJson<Front>('/v1/machine')
    } catch {
      // It is asked again; until then the front is dark.
    }
    if (this.front?.state !== 'selling') setTimeout(() => void this.look(), ASK_MS)
  }

  /** Presses a button. */
  async choose(id: string): Promise<void> {
    await this.#do('error', async () => {
      this.asks = await sendJson<Asks>('/v1/choices', { product: id })
      this.comes = undefined
    })
  }

  /** Puts a text into the slot. */
  async insert(text: string): Promise<void> {
    const mistaken = mistakenFor(text)
    if (mistaken) {
      this.problem = mistaken
      return
    }
    await this.#do('slot', async () => {
      const comes = await sendJson<Comes>('/v1/payments', { text })
      this.comes = comes
      if (comes.outcome === 'dropped') this.tray = comes.product
    })
  }

  /** Back to the buttons. What lies in the tray stays there. */
  clear(): void {
    this.asks = this.comes = undefined
    this.problem = ''
  }

  async #do(kind: 'error' | 'slot', work: () => Promise<void>): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.problem = ''
    try {
      await work()
    } catch (error) {
      const name = error instanceof RequestFailure ? error.kind : ''
      this.problem = sentence(`${kind}_${name}`, `${kind}_otherwise`)
    }
    this.busy = false
  }
}

/** What somebody put in who took another text for the payment. */
function mistakenFor(text: string): string {
  if (/^\s*TALLY-ASK-/.test(text)) return t('slot_request')
  if (/^\s*TALLY-GOT-/.test(text)) return t('slot_answer')
  return ''
}

export const machine = new Machine()
