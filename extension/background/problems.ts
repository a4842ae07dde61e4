// Errors on their way to a page: as a kind for which the catalogue has words.

import type { WalletProblem } from '../shared/messages'

/** What the readers' module says, as the wallet names it. */
const READER_FAULTS: Record<string, string> = {
  'no-reader': 'no-reader',
  'no-card': 'no-card',
  felica: 'felica-card',
  'several-cards': 'several-cards',
  held: 'reader-held',
  'no-access': 'reader-no-access',
  'not-opened': 'reader-not-opened',
  busy: 'reader-busy',
  silent: 'reader-silent',
  removed: 'card-removed',
  failed: 'reader-failed',
}

/** Any thrown value as the shape pages can show. */
export function problemOf(thrown: unknown): WalletProblem {
  const error = thrown as Partial<WalletProblem> & { name?: string }
  if (error?.name === 'WalletError' && typeof error.kind === 'string') {
    return { kind: error.kind, about: error.about, details: error.details ?? '' }
  }
  const fault = thrown as { name?: string; kind?: string; reader?: string; message?: string } | undefined
  if (fault?.name === 'ReaderFault') {
    const kind = READER_FAULTS[fault.kind ?? ''] ?? 'reader-failed'
    return { kind, about: fault.reader, details: fault.message ?? '' }
  }
  // Faults of the program, which hold no personal data: for whoever develops with the tools open.
  console.error('wallet:', thrown)
  return { kind: 'internal', details: String(thrown) }
}
