// The sole owner of the card readers: gives the wallet power over the card in one of them, and
// tells pages how they are. How each is, the readers' module says; here only what was there before is
// remembered. One session at a time, and no wait without end.

import type { CardInReader, ReaderFilters, ReaderView } from '../shared/reader-types'

/** What the module of the readers can do. */
export interface ReaderModule {
  filters(): ReaderFilters
  list(): Promise<ReaderView[]>
  power(): Promise<CardInReader>
  forget(id: string): Promise<void>
}

/** How long a session waits for the one before it; making a key takes the longest, most often half a minute. */
const SESSION_WAIT_MS = 60_000
/** Where readers that were seen are kept until the browser ends, so that an unplugged one is missed. */
const SEEN = 'readers'

export class ReaderHost {
  #open: () => Promise<ReaderModule>
  #anyPaired: () => Promise<boolean>
  #module: Promise<ReaderModule> | undefined
  #looking: Promise<ReaderView[]> | undefined
  /** Ends when the present session has ended. */
  #session: Promise<void> | undefined

  /** `anyPaired`: whether the browser gives the wallet any reader; the module is not loaded for none. */
  constructor(open: () => Promise<ReaderModule>, anyPaired: () => Promise<boolean>) {
    this.#open = open
    this.#anyPaired = anyPaired
  }

  /** Power to the card in the first reader that holds one. Whoever is given it has the reader alone until `free`. */
  async power(): Promise<CardInReader> {
    const deadline = Date.now() + SESSION_WAIT_MS
    while (this.#session) await ended(this.#session, deadline - Date.now())
    let end = () => undefined as void
    this.#session = new Promise(resolve => {
      end = () => {
        this.#session = undefined
        resolve()
      }
    })
    try {
      const card = await (await this.#opened()).power()
      return {
        transmit: apdu => card.transmit(apdu),
        free() {
          card.free()
          end()
        },
      } as CardInReader
    } catch (error) {
      end()
      throw error
    }
  }

  /** The paired readers, those first that are plugged in. */
  list(): Promise<ReaderView[]> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  /** What the browser's choosers are to offer. */
  async filters(): Promise<ReaderFilters> {
    return (await this.#opened()).filters()
  }

  /** Gives the permission for a reader back. */
  async forget(id: string): Promise<void> {
    await (await this.#opened()).forget(id)
    await this.#remember((await this.#remembered()).filter(reader => reader.id !== id))
  }

  async #look(): Promise<ReaderView[]> {
    const seen = (await this.#anyPaired()) ? await (await this.#opened()).list() : []
    // A reader that comes back may have another id: its name then says that it is the same.
    const back = (reader: ReaderView) =>
      seen.some(one => one.id === reader.id || (one.name === reader.name && one.dialect === reader.dialect))
    const gone = (await this.#remembered()).filter(reader => !back(reader)).map(reader => ({ ...reader, state: 'absent' as const }))
    const all = [...seen, ...gone]
    await this.#remember(all)
    return all
  }

  async #remembered(): Promise<ReaderView[]> {
    const stored = await chrome.storage.session.get(SEEN)
    return (stored[SEEN] as ReaderView[] | undefined) ?? []
  }

  async #remember(readers: ReaderView[]): Promise<void> {
    await chrome.storage.session.set({ [SEEN]: readers })
  }

  async #opened(): Promise<ReaderModule> {
    this.#module ??= this.#open()
    try {
      return await this.#module
    } catch (error) {
      this.#module = undefined
      throw error
    }
  }
}

async function ended(session: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ReaderBusy()), Math.max(ms, 0))
  })
  await Promise.race([session, late]).finally(() => clearTimeout(timer))
}

/** Another command of this wallet still has the reader. */
class ReaderBusy extends Error {
  override name = 'ReaderFault'
  kind = 'busy'
  reader = ''

  constructor() {
    super('the reader is busy with another command of this wallet')
  }
}
