// Opening an account and handing its card to the wallet, with a sentence for everything that can
// go wrong.
import { postForBytes, RequestFailure } from '../shared/http.ts'
import { addCard, refusalOf } from '../shared/wallet.ts'
import { language, t } from './words.ts'

export type Attempt<T> = { ok: true; value: T } | { ok: false; sentence: string }

/** Opens an account; the value is the issuer's signed offer, for the wallet and nobody else. */
export async function openAccount(name: string, telephone: string): Promise<Attempt<Uint8Array>> {
  try {
    return { ok: true, value: await postForBytes('/v1/accounts', { name, telephone }) }
  } catch (error) {
    return { ok: false, sentence: accountSentence(error) }
  }
}

export async function handOver(offer: Uint8Array): Promise<Attempt<null>> {
  try {
    await addCard(offer)
    return { ok: true, value: null }
  } catch (error) {
    const { kind, sentence } = refusalOf(error)
    if (kind === 'Declined') return { ok: false, sentence: t('errDeclined') }
    return { ok: false, sentence: sentence && language === 'en' ? t('errWallet', { reason: sentence }) : t('errWalletPlain') }
  }
}

function accountSentence(error: unknown): string {
  if (!(error instanceof RequestFailure)) return t('errAccountPlain')
  if (error.status === 0) return t('errUnreachable')
  if (error.status === 503) return t('errStarting')
  return error.sentence && language === 'en' ? t('errAccount', { reason: error.sentence }) : t('errAccountPlain')
}
