// The words for an error, by its kind.

import { count, isKey, keyOr, language, t } from '../i18n'
import { timeOfDay } from '../i18n/format'
import type { WalletProblem } from './messages'

type Told = Pick<WalletProblem, 'kind' | 'about' | 'money_key' | 'issuer' | 'until' | 'payment'>
type Part = 'sentence' | 'money' | 'remedy'

/** Never empty: a kind nobody has words for is said as a step that could not be finished. */
export function wordsOf(problem: Told): Record<Part, string> {
  return {
    sentence: word(problem, 'sentence'),
    money: whereabouts(problem) ?? word(problem, 'money'),
    remedy: word(problem, 'remedy'),
  }
}

/** What stands under a PIN that was wrong: that it was, and how often it may still be tried. */
export function wrongPin(problem: Told, triesLeft: number): string {
  return `${wordsOf(problem).sentence} ${count('pin.tries', triesLeft)}`
}

/** Where the money of an order is that was sent: what its issuer said, in place of what the kind says of all. */
function whereabouts({ money_key, issuer = '', until = 0, payment = 'card' }: Told): string | undefined {
  const keys = [`from.${payment}.money.${money_key}`, `money.${money_key}`]
  const key = money_key ? keys.find(isKey) : undefined
  return key && t(key, { issuer, until: timeOfDay(until) })
}

function word(problem: Told, part: Part): string {
  const key = [
    problem.payment === 'account' || problem.payment === 'purse' ? `from.bank.problem.${problem.kind}.${part}` : '',
    `problem.${problem.kind}.${part}`,
  ].find(isKey)
  if (key) return t(key, { about: aboutOf(problem) })
  return t(`problem.internal.${part}`)
}

/** Kinds that are about a thing the wallet names in English; the others name a party. */
const ABOUT_THINGS = new Set(['address-invalid', 'order-state', 'registration-invalid'])

function aboutOf({ kind, about = '' }: Told): string {
  if (!about) return t('about.nobody')
  // A card at home names its reason by a word of the protocol.
  if (kind === 'home-card-refused') return t(keyOr('refusal', about, 'about.unknown'))
  if (!ABOUT_THINGS.has(kind) || language === 'en') return about
  const thing = about.replaceAll(' ', '_')
  for (const key of [`about.${thing}`, `state.${thing}`]) if (isKey(key)) return t(key)
  return t('about.unknown')
}
