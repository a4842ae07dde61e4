// The words of a page that opens accounts, from its own texts.

import { issuer } from '../i18n/en/issuer.ts'
import type { AccountKey, AccountWords } from './account.ts'

const isKey = (key: string): key is AccountKey => Object.hasOwn(issuer, key)

export const accountWords = (language: string, t: AccountWords['t']): AccountWords => ({
  language,
  t,
  sentence: (key, otherwise) => t(isKey(key) ? key : otherwise),
})
