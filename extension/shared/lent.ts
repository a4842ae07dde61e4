// What is lent: what pays, in words, and whether all is known that was bought with it.

import { t } from '../i18n'
import type { AwayLoanView, HomeView } from './wallet-types'

/** A card, an account or a purse, with the end of its number. */
export const lentWord = ({ pays, name, shown }: Pick<AwayLoanView, 'pays' | 'name' | 'shown'>): string =>
  pays === 'card' ? t('approve.card', { issuer: name, last4: shown }) : t(`lent.${pays}`, { bank: name, last4: shown })

/** Whether more may have been bought than this wallet was told: no call reaches a card at the home proxy through it. */
export const mayHaveUnheard = ({ place, loans }: HomeView): boolean => place === 'hosted' && loans.some(loan => loan.state === 'lent')
