// Opening an account at the sandbox bank, with a sentence for everything that can go wrong.
import { sentence, t } from '../shared/console/words.ts'
import { postForJson, RequestFailure } from '../shared/http.ts'

export interface Opened {
  iban: string
  name: string
  balance: { minor: number; currency: string }
}

/** The application under way. Sent again, because its answer was lost, it opens the same account. */
let application: { name: string; currency: string; key: string } | undefined

export async function openAccount(name: string, currency: string): Promise<Opened> {
  if (application?.name !== name || application.currency !== currency) application = { name, currency, key: crypto.randomUUID() }
  const body = new TextEncoder().encode(JSON.stringify(application))
  const opened = await postForJson<Opened>('/v1/accounts', body, 'application/json')
  application = undefined
  return opened
}

export function sentenceFor(error: unknown): string {
  if (!(error instanceof RequestFailure) || error.status === 0) return t('outsideUnreachable')
  return sentence(`outsideRefused_${error.kind}`) || t('outsideRefused')
}

/** An account number as people write it: in groups of four. */
export const grouped = (iban: string): string => iban.replaceAll(/(.{4})(?=.)/g, '$1 ')
