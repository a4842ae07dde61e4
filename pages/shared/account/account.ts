// Opening an account and handing its card to the wallet, with a sentence for everything that can
// go wrong.
import type { issuer } from '../i18n/en/issuer.ts'
import type { Values } from '../i18n/translate.ts'
import { postForBytes, postForJson, RequestFailure } from '../http.ts'
import { addCard, isIn, refusalOf } from '../wallet.ts'

/** What is said while an account is opened. Each role that opens accounts has texts of its own under these names. */
export type AccountKey = keyof typeof issuer

/** The words of a page that opens accounts. */
export interface AccountWords {
  readonly language: string
  /** A text, with the party's name where it belongs. */
  t(key: AccountKey, values?: Values): string
  /** The sentence for a value that the party's computer answered; `otherwise` for one that has no words. */
  sentence(key: string, otherwise: AccountKey): string
}

export type Attempt<T> = { ok: true; value: T } | { ok: false; sentence: string }

/** The application under way. Sent again, because its answer was lost, it opens the same account. */
let application: { name: string; telephone: string; key: string } | undefined

/** Opens an account; the value is the party's signed offer, for the wallet and nobody else. */
export async function openAccount(words: AccountWords, name: string, telephone: string): Promise<Attempt<Uint8Array<ArrayBuffer>>> {
  if (application?.name !== name || application.telephone !== telephone) application = { name, telephone, key: crypto.randomUUID() }
  const opened = await attempt(words, postForBytes('/v1/accounts', application))
  if (opened.ok) application = undefined
  return opened
}

/** The code of a new account, for its holder to keep; undefined if the party does not answer now. */
export async function accountCode(offer: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const answer = await postForJson<{ code?: unknown }>('/v1/account-codes', offer).catch(() => undefined)
  return typeof answer?.code === 'string' ? answer.code : undefined
}

/** Stops the wallet that has the card now; the value is a new offer of it. */
export function moveAccount(words: AccountWords, code: string): Promise<Attempt<Uint8Array<ArrayBuffer>>> {
  return attempt(words, postForBytes('/v1/renewals', { code }), error => (error.status === 401 ? words.t('errCode') : undefined))
}

async function attempt<T>(words: AccountWords, work: Promise<T>, own?: (error: RequestFailure) => string | undefined): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work }
  } catch (error) {
    const sentence = error instanceof RequestFailure ? own?.(error) : undefined
    return { ok: false, sentence: sentence ?? accountSentence(words, error) }
  }
}

export async function handOver({ t, language }: AccountWords, offer: Uint8Array): Promise<Attempt<null>> {
  try {
    await addCard(offer)
    return { ok: true, value: null }
  } catch (error) {
    const { kind, sentence } = refusalOf(error)
    if (kind === 'Declined') return { ok: false, sentence: t('errDeclined') }
    return { ok: false, sentence: isIn(language, sentence) ? t('errWallet', { reason: sentence }) : t('errWalletPlain') }
  }
}

function accountSentence({ t, sentence }: AccountWords, error: unknown): string {
  if (!(error instanceof RequestFailure)) return t('errAccountPlain')
  if (error.status === 0) return t('errUnreachable')
  if (error.status === 503) return t('errStarting')
  return sentence(`errAccount_${error.kind}`, 'errAccountPlain')
}
