// The one button under an error: what it does follows from what went wrong.

import { t } from '../i18n'
import type { WalletProblem } from './messages'
import type { KeyPlace } from './wallet-types'

export interface Action {
  label: string
  do: () => void
}

/** Errors that can only be mended on another page of the wallet. */
const ELSEWHERE: Record<string, { page: string; label: Parameters<typeof t>[0] }> = {
  'pin-blocked': { page: 'settings.html#pin', label: 'action.unblock' },
  'puk-blocked': { page: 'reset.html', label: 'reset.title' },
  'not-enrolled': { page: 'onboarding.html', label: 'action.finish' },
  'purse-short': { page: 'purse.html', label: 'action.purse' },
  'purse-busy': { page: 'purse.html', label: 'action.purse' },
  'purse-history-full': { page: 'purse.html', label: 'action.purse' },
  'purse-state': { page: 'purse.html', label: 'action.purse' },
  'purse-holds-value': { page: 'purse.html', label: 'action.purse' },
  'account-has-purse': { page: 'purse.html', label: 'action.purse' },
  'purse-in-use': { page: 'purse.html', label: 'action.purse' },
  'purse-wants-report': { page: 'purse.html', label: 'action.purse' },
  'opening-limit': { page: 'bank-opening.html', label: 'action.finish' },
  'order-limit': { page: 'orders.html', label: 'action.orders' },
  'order-state': { page: 'orders.html', label: 'action.orders' },
  'no-reader': { page: 'readers.html', label: 'action.readers' },
  'reader-no-access': { page: 'readers.html', label: 'action.readers' },
  'reader-not-opened': { page: 'readers.html', label: 'action.readers' },
  'card-not-new': { page: 'readers.html', label: 'action.readers' },
}

/** The same for the card in the reader, whose PIN and PUK are its own. */
const ELSEWHERE_IN_READER: typeof ELSEWHERE = {
  ...ELSEWHERE,
  'pin-blocked': { page: 'readers.html', label: 'action.unblock' },
  'puk-blocked': { page: 'readers.html', label: 'action.readers' },
}

/** Errors after which the same step may go well. */
const PASSING = new Set([
  'internal',
  'unreachable',
  'locked',
  'card-failed',
  'storage-failed',
  'party-unreachable',
  'enrolment-unreachable',
  'registration-unreachable',
  'registration-invalid',
  'bank-unreachable',
  'bank-answer-invalid',
  'bank-refused',
  'amount-invalid',
  'end-invalid',
  'purse-limit',
  'movement-state',
  'movement-expired',
  'no-purse-in-card',
  'no-such-bank',
  'account-short',
  'fee-not-covered',
  'fee-not-offered',
  'fee-changed',
  'renewal-refused',
  'unknown-destination',
  'destination-closed',
  'no-such-address',
  'no-such-card',
  'keys-renewed',
  'clock-wrong',
  'revocations-stale',
  'no-card',
  'several-cards',
  'felica-card',
  'reader-held',
  'reader-busy',
  'reader-silent',
  'card-removed',
  'other-card',
  'reader-failed',
  'chooser-refused',
  'home-password-invalid',
  'access-code-invalid',
  'invitation-invalid',
  'loan-invalid',
  'loan-limit',
  'no-such-loan',
  'lent-invalid',
  'lent-card-elsewhere',
  'home-proxy-unreachable',
  'home-proxy-refused',
  'home-unknown',
  'home-not-connected',
  'home-locked',
  'home-no-card',
  'home-wrong-first',
  'home-wrong-second',
  'home-shop-failed',
  'home-card-refused',
  'home-answer-invalid',
  'home-too-many',
  'hosted-unreachable',
  'hosted-interrupted',
  'home-stop-unheard',
  'other-access-card',
  'payment-text-invalid',
  'payment-elsewhere',
  'payment-forged',
  'payment-expired',
  'payment-not-asked',
  'payment-done',
  'payment-limit',
  'no-such-coupon',
  'coupon-text-invalid',
  'coupon-under-way',
  'coupon-over',
  'coupon-expired',
  'coupon-locked',
  'coupon-password-wrong',
  'coupon-password-invalid',
  'coupon-card-full',
  'office-unreachable',
  'office-refused',
  'office-answer-invalid',
  'coupon-not-charged',
  'coupon-not-offered',
  'coupon-link-void',
  'coupon-elsewhere',
  'coupon-not-asked',
  'coupon-on-its-way',
  'coupon-changed',
  'coupon-mine',
  'coupon-in-use',
  'mail-address-invalid',
  'home-wrong-code',
  'home-no-address',
])

/** Errors that no page of the wallet mends: they are read, and the page goes on with something else. */
const TO_BE_READ = new Set([
  'home-no-mail',
  'no-coupon-account',
  'coupon-forged',
  'coupon-password-blocked',
  'campaign-exhausted',
  'coupon-had-enough',
  'coupon-denied',
  'no-coupons-in-card',
  'office-unasked',
  'certificate-revoked',
  'account-ended',
  'purse-blocked',
  'purse-closed',
  'purse-differs',
  'purse-frozen',
  'purse-key-ended',
  'purse-key-replaced',
  'purse-unknown',
  'not-paid-out',
  'no-home-proxy',
  'hosted-gone',
  'hosted-nowhere',
  'home-not-set-up',
  'home-blocked',
  'loan-over',
  'loan-other-shop',
  'loan-above-each',
  'loan-above-total',
  'loan-none-left',
  'loan-purse-short',
  'loan-purse-barred',
  'lent-keys-missing',
  'loan-after-end',
])

/** A tab with another page of the wallet. (One opened by window.open may come up without chrome.runtime.) */
const openTab = (page: string) => void chrome.tabs.create({ url: chrome.runtime.getURL(`pages/${page}`) })

/** The button for a problem of the wallet, or of the card in the reader; `retry` takes the page back to before it. */
export function actionFor(problem: Pick<WalletProblem, 'kind'>, retry: () => void, place: KeyPlace = 'software'): Action {
  const elsewhere = (place === 'reader' ? ELSEWHERE_IN_READER : ELSEWHERE)[problem.kind]
  if (elsewhere) return { label: t(elsewhere.label), do: () => openTab(elsewhere.page) }
  if (PASSING.has(problem.kind)) return { label: t('action.retry'), do: retry }
  if (TO_BE_READ.has(problem.kind)) return { label: t('action.close'), do: retry }
  return { label: t('action.close'), do: () => window.close() }
}
