// What stands on a holder's sheet, line by line.

import { t } from '../../i18n'
import type { CodesView } from '../wallet-types'

export interface SheetLine {
  name: string
  /** What it is good for. */
  use: string
  code: string
}

export const pukLine = (code: string): SheetLine => ({ name: t('codes.puk'), use: t('codes.puk.use'), code })

export function sheetLines({ puk, recovery_code, accounts }: CodesView): SheetLine[] {
  const lines: SheetLine[] = []
  if (puk) lines.push(pukLine(puk))
  if (recovery_code) lines.push({ name: t('codes.recovery'), use: t('codes.recovery.use'), code: recovery_code })
  for (const { issuer_name: issuer, last4, code } of accounts) {
    lines.push({ name: t('codes.account', { issuer, last4 }), use: t('codes.account.use'), code })
  }
  return lines
}
