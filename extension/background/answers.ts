// A page that does not know whether its call was heard sends it again, with the same key: it gets the
// first answer, and nothing is done twice. Answers are kept while the browser runs, because the
// service worker may die between doing and answering.

import { CALLS, type Method } from '../shared/calls'
import type { OwnAnswer } from '../shared/messages'

/** Answers kept at once; pages repeat within seconds. */
const ANSWERS_MAX = 16
const STORED_AS = 'answers'

interface Kept {
  key: string
  answer: OwnAnswer<unknown>
}

export class Answers {
  #underWay = new Map<string, Promise<OwnAnswer<unknown>>>()
  #writing: Promise<unknown> = Promise.resolve()

  /** The answer to a call: the first one, if its key was heard before. */
  async once(method: Method, key: string | undefined, work: () => Promise<OwnAnswer<unknown>>): Promise<OwnAnswer<unknown>> {
    if (key === undefined || CALLS[method].again !== 'once') return work()
    const first = this.#underWay.get(key)
    if (first) return first
    const answer = this.#remembered(key, work)
    this.#underWay.set(key, answer)
    return answer.finally(() => this.#underWay.delete(key))
  }

  async #remembered(key: string, work: () => Promise<OwnAnswer<unknown>>): Promise<OwnAnswer<unknown>> {
    const known = (await read()).find(kept => kept.key === key)
    if (known) return known.answer
    const answer = await work()
    // One after the other: two that are written at once would forget each other.
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        await chrome.storage.session.set({ [STORED_AS]: [...(await read()), { key, answer }].slice(-ANSWERS_MAX) })
      })
    await this.#writing.catch(() => undefined)
    return answer
  }
}

async function read(): Promise<Kept[]> {
  const stored = await chrome.storage.session.get(STORED_AS)
  return (stored[STORED_AS] as Kept[] | undefined) ?? []
}
