// From the basket to the wallet: the shop signs an order form, the wallet takes it from there.
import { postForSigned, RequestFailure } from '../shared/http.ts'
import { isIn, refusalOf, requestOrder } from '../shared/wallet.ts'
import type { Courier } from './catalogue.svelte.ts'
import type { PricedLine } from './lines.ts'
import { readSummary } from './order.ts'
import { language, sentence as sentenceFor, t } from './words.ts'

export type Policy = 'strict' | 'ep0791901-fig2'

/** A signed form, and what its order will be asked for by. */
export interface Form {
  signed: Uint8Array
  reference: string
}

/** The order of this form (its reference) reached the shop, or it did not, with the sentence that says so. */
export type Outcome =
  | { kind: 'ordered'; form: string }
  /** The shop has the order, but it has stopped; its page says why. */
  | { kind: 'stopped'; form: string }
  | { kind: 'not-ordered'; sentence: string }
  /** The wallet went away while it asked; the request can be taken up again. */
  | { kind: 'interrupted' }
  /** The wallet opens only for somebody who pressed something; the same form is good for the next press. */
  | { kind: 'press-again' }

/** Asks the shop for a form over these lines, delivered by that courier. */
export async function writeForm(lines: readonly PricedLine[], policy: Policy, courier?: Courier): Promise<Form> {
  const items = lines.map(({ product, quantity }) => ({ sku: product.sku, quantity }))
  const { bytes, headers } = await postForSigned('/v1/forms', { items, policy, courier: courier?.domain })
  return { signed: bytes, reference: headers.get('order-reference') ?? '' }
}

/**
 * Hands the form to the wallet; ends when the holder has decided and the shop has the order. The same
 * form again, after a reload, takes the same request up again: nothing is ordered twice. `onapproved` is
 * called when the holder has approved, before the shop has the order.
 */
export async function askWallet({ signed, reference: form }: Form, onapproved: () => void): Promise<Outcome> {
  try {
    await requestOrder(signed, onapproved)
    return { kind: 'ordered', form }
  } catch (error) {
    const { kind, sentence } = refusalOf(error)
    if (kind === 'Unavailable') return { kind: 'interrupted' }
    if (kind === 'NoGesture') return { kind: 'press-again' }
    // Whatever the wallet says of it now: an order that arrived has a page that says how it stands.
    if (await shopHas(form)) return { kind: 'stopped', form }
    if (kind === 'Replaced') return { kind: 'not-ordered', sentence: t('errReplaced') }
    if (kind === 'Declined') return { kind: 'not-ordered', sentence: t('errDeclined') }
    const reason = isIn(language, sentence) ? sentence : ''
    if (!reason) return { kind: 'not-ordered', sentence: t('errWalletPlain') }
    return { kind: 'not-ordered', sentence: t(kind === 'FormRefused' ? 'errFormRefused' : 'errWallet', { reason }) }
  }
}

async function shopHas(form: string): Promise<boolean> {
  try {
    await readSummary(form)
    return true
  } catch {
    return false
  }
}

/** Why there is no form, as a sentence. */
export function formSentence(error: unknown): string {
  if (!(error instanceof RequestFailure)) return t('errFormPlain')
  if (error.status === 0) return t('errUnreachable')
  if (error.status === 503) return t('errStarting')
  return sentenceFor(`errForm_${error.kind}`, 'errFormPlain')
}
