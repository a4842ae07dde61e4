// What pays of something that is lent, in words.

import { t } from '../i18n'
import type { AwayLoanView } from './wallet-types'

/** A card, an account or a purse, with the end of its number. */
export const lentWord = ({ pays, name, shown }: Pick<AwayLoanView, 'pays' | 'name' | 'shown'>): string =>
  pays === 'card' ? t('approve.card', { issuer: name, last4: shown }) : t(`lent.${pays}`, { bank: name, last4: shown })
