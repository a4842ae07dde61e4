// Opening an account and handing its card to the wallet, with a sentence for everything that can
// go wrong.
import { postForBytes, postForJson, RequestFailure } from '../shared/http.ts'
import { addCard, isIn, refusalOf } from '../shared/wallet.ts'
import { language, sentence as sentenceFor, t } from './words.ts'

export type Attempt<T> = { ok: true; value: T } | { ok: false; sentence: string }

/** The application under way. Sent again, because its answer was lost, it opens the same account. */
let application: { name: string; telephone: string; key: string } | undefined

/** Opens an account; the value is the issuer's signed offer, for the wallet and nobody else. */
export async function openAccount(name: string, telephone: string): Promise<Attempt<Uint8Array<ArrayBuffer>>> {
  if (application?.name !== name || application.telephone !== telephone) application = { name, telephone, key: crypto.randomUUID() }
  const opened = await attempt(postForBytes('/v1/accounts', application))
  if (opened.ok) application = undefined
  return opened
}

/** The code of a new account, for its holder to keep; undefined if the issuer does not answer now. */
export async function accountCode(offer: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const answer = await postForJson<{ code?: unknown }>('/v1/account-codes', offer).catch(() => undefined)
  return typeof answer?.code === 'string' ? answer.code : undefined
}

/** Stops the wallet that has the card now; the value is a new offer of it. */
export function moveAccount(code: string): Promise<Attempt<Uint8Array<ArrayBuffer>>> {
  return attempt(postForBytes('/v1/renewals', { code }), error => (error.status === 401 ? t('errCode') : undefined))
}

async function attempt<T>(work: Promise<T>, own?: (error: RequestFailure) => string | undefined): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work }
  } catch (error) {
    const sentence = error instanceof RequestFailure ? own?.(error) : undefined
    return { ok: false, sentence: sentence ?? accountSentence(error) }
  }
}

export async function handOver(offer: Uint8Array): Promise<Attempt<null>> {
  try {
    await addCard(offer)
    return { ok: true, value: null }
  } catch (error) {
    const { kind, sentence } = refusalOf(error)
    if (kind === 'Declined') return { ok: false, sentence: t('errDeclined') }
    return { ok: false, sentence: isIn(language, sentence) ? t('errWallet', { reason: sentence }) : t('errWalletPlain') }
  }
}

function accountSentence(error: unknown): string {
  if (!(error instanceof RequestFailure)) return t('errAccountPlain')
  if (error.status === 0) return t('errUnreachable')
  if (error.status === 503) return t('errStarting')
  return sentenceFor(`errAccount_${error.kind}`, 'errAccountPlain')
}
