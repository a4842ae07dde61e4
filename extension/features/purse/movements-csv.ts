// What happened to a purse as a table for spreadsheets: one line a movement, amounts as plain decimal numbers, times
// as ISO 8601 in UTC.

import { t } from '../../i18n'
import { decimalOf, isoTime } from '../../i18n/format'
import { bankOf, changeOf, movementState, movementTitle } from '../../shared/bank/bank-words'
import { csvOf } from '../../shared/csv'
import type { EndView, MovementView, WalletView } from '../../shared/wallet-types'

export function movementsCsv(movements: MovementView[], view: WalletView): string {
  const head = [
    t('csv.begun'),
    t('csv.what'),
    t('csv.from'),
    t('csv.to'),
    t('move.amount'),
    t('csv.change'),
    t('csv.currency'),
    t('csv.state'),
    t('csv.changed'),
    t('csv.bank'),
    t('csv.movement'),
  ]
  return csvOf([head, ...movements.map(movement => line(movement, view))])
}

function line(movement: MovementView, view: WalletView): string[] {
  const moved = movement.state === 'completed' ? changeOf(movement) : 0
  return [
    isoTime(movement.created_at),
    movementTitle(movement, view),
    whole(movement.from),
    whole(movement.to),
    decimalOf(movement.amount_minor, movement.currency),
    decimalOf(moved, movement.currency),
    movement.currency,
    movementState(movement),
    isoTime(movement.updated_at),
    bankOf(movement, view),
    movement.id,
  ]
}

/** With its whole number. */
const whole = ({ kind, number }: EndView): string => `${kind}:${number}`
