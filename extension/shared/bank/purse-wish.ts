// What a purse wants of its holder, the most pressing first.

import { t } from '../../i18n'
import { day, money } from '../../i18n/format'
import { wordsOf } from '../problem-words'
import type { PurseView } from '../wallet-types'
import { waitingOf } from './bank-words'
import { keyStand } from './purse-key'

/** In one sentence; nothing if it wants nothing. */
export function purseWish(purse: PurseView): string | undefined {
  const { bank_name: bank } = purse
  if (purse.failure) return wordsOf({ kind: purse.failure, about: bank }).sentence
  if (purse.step === 'blocked') return t('purse.blocked.text', { bank })
  if (purse.step === 'closing') return t('purse.closing.text', { bank })
  if (purse.wants_card) return t('purse.wants.card', { bank })
  const stand = keyStand(purse)
  if (stand === 'ended') return t('purse.key.ended', { bank })
  if (waitingOf(purse) > 0) return t('purse.wants.take', { amount: money(waitingOf(purse), purse.currency), bank })
  if (purse.wants_report) return t('purse.wants.report', { bank })
  if (stand === 'soon') return t('purse.key.soon', { date: day(purse.key_ends_at ?? 0) })
  return undefined
}
