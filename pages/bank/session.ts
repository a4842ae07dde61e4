// A holder's session at the bank: opened by the password, it lasts half an hour, in this page's memory alone.
import { getJson, RequestFailure, sendJson } from '../shared/http.ts'
import { verifierOf, type Salt } from './password.ts'
import { t } from './words.ts'

export interface Purse {
  number: string
  state: string
  expected: number
  pending: number
  waiting: number
  reported: number | null
  reported_at: number | null
  expires_at: number
  limit_payment: number
  limit_holding: number
  blocked_at: number | null
  until: number | null
  pays_back: number | null
}

export interface Entry {
  at: number
  what: string
  minor: number
  pending: boolean
  on: 'account' | 'purse'
}

export interface Account {
  account: string
  currency: string
  state: string
  available: number
  pending: number
  purses: Purse[]
  entries: Entry[]
  reconciliation_seconds: number
  until: number
}

const ACCOUNT_DIGITS = 16

/** The digits of an account number as it was typed; undefined if they are none. */
export function digitsOf(typed: string): string | undefined {
  const digits = typed.normalize('NFKC').replaceAll(/[\s-]/g, '')
  return digits.length === ACCOUNT_DIGITS && /^\d+$/.test(digits) ? digits : undefined
}

export class Session {
  readonly #headers: Record<string, string>

  private constructor(token: string) {
    this.#headers = { authorization: `Bearer ${token}` }
  }

  /** Opens a session; `onprogress` hears how far the password is checked, and nothing any more once the bank is asked. */
  static async open(account: string, password: string, onprogress: (part: number | undefined) => void): Promise<Session> {
    const salt = await sendJson<Salt>('/v1/password-salts', { account })
    const verifier = await verifierOf(password, salt, onprogress)
    onprogress(undefined)
    const { token } = await sendJson<{ token: string }>('/v1/holder-sessions', { account, verifier })
    return new Session(token)
  }

  look(): Promise<Account> {
    return getJson('/v1/holder-sessions/own', this.#headers)
  }

  block(purse: string): Promise<Account> {
    return sendJson('/v1/holder-sessions/own/blocks', { purse }, this.#headers)
  }

  async end(): Promise<void> {
    await sendJson('/v1/holder-sessions/own/end', {}, this.#headers)
  }
}

/** Whether an error says that the session is over. */
export const isOver = (error: unknown): boolean => error instanceof RequestFailure && error.status === 401

export function sentenceFor(error: unknown): string {
  if (error instanceof RangeError) return t('errStretch')
  if (!(error instanceof RequestFailure)) return t('errPlain')
  if (error.status === 0) return t('errUnreachable')
  if (error.status === 401) return t('errPassword')
  return t(error.status === 429 ? 'errHeld' : 'errPlain')
}
