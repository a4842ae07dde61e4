// Where a parcel is: `POST /v1/tracking`, with number and code in the body, so that neither is in an address that is logged.
import { sendJson } from '../shared/http.ts'

export const STEPS = ['label-made', 'handed-over', 'on-the-way', 'delivered'] as const
export type Step = (typeof STEPS)[number]

export interface Way {
  number: string
  /** The oldest first. */
  moves: { step: Step; /** in seconds since 1970 */ at: number }[]
}

/** As typed on a keyboard for Japanese, too. */
const folded = (typed: string) =>
  typed
    .normalize('NFKC')
    .replaceAll(/[\p{Pd}\u2212ー]/gu, '-')
    .trim()

export const readWay = (number: string, code: string) =>
  sendJson<Way>('/v1/tracking', { number: folded(number).slice(0, 64), code: folded(code).slice(0, 64) })

/** Number and code behind the number sign of a link, as wallet and store make it. */
export function inFragment(hash: string): { number: string; code: string } | undefined {
  const [, number, code] = /^#([A-Za-z0-9-]{1,64})\/([A-Za-z0-9-]{1,64})$/.exec(hash) ?? []
  return number && code ? { number, code } : undefined
}

/** All steps, each with when it was said; one that was left out is done if a later one is. */
export function stepsOf({ moves }: Way): { step: Step; isDone: boolean; at: number | undefined; isLast: boolean }[] {
  const furthest = Math.max(...moves.map(({ step }) => STEPS.indexOf(step)))
  return STEPS.map((step, place) => ({
    step,
    isDone: place <= furthest,
    isLast: place === furthest,
    at: moves.find(one => one.step === step)?.at,
  }))
}
