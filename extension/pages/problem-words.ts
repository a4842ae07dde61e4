// The words for an error: from the catalogue where it knows the kind, else the wallet's own.

import { isKey, t } from '../i18n'
import type { WalletProblem } from '../messages'

type Words = Pick<WalletProblem, 'about' | 'sentence' | 'money' | 'remedy'>
type Part = 'sentence' | 'money' | 'remedy'

/** Never empty: a kind nobody has words for is said as a step that could not be finished. */
export function wordsOf(problem: Words & { kind: string }): Record<Part, string> {
  return {
    sentence: word(problem, 'sentence'),
    money: word(problem, 'money'),
    remedy: word(problem, 'remedy'),
  }
}

function word(problem: Words & { kind: string }, part: Part): string {
  const key = `problem.${problem.kind}.${part}`
  if (isKey(key)) return t(key, { about: problem.about ?? '' })
  return problem[part] || (problem.sentence ? '' : t(`problem.internal.${part}`))
}
