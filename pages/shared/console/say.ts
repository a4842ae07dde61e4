// A typed value of a party as text, for sentences.
import type { Cell } from './model.ts'
import { countOf, momentOf, money, sentence, word } from './words.ts'

export function say(cell: Cell): string {
  if (cell === 'none') return ''
  if ('time' in cell) return momentOf(cell.time)
  if ('money' in cell) return money(cell.money.minor, cell.money.currency)
  if ('count' in cell) return countOf(cell.count)
  if ('word' in cell) return word('word', cell.word)
  if ('party' in cell) return cell.party
  if ('order' in cell) return cell.order.number
  if ('text' in cell) return cell.text
  if ('facts' in cell) return cell.facts.map(({ name, text }) => `${word('fact', name)} ${text}`).join(', ')
  if ('share' in cell) return `${countOf(cell.share.of)} / ${countOf(cell.share.most)}`
  if ('file' in cell) return cell.file.slice(cell.file.lastIndexOf('/') + 1)
  const { kind, of } = cell.account
  return sentence(`account_${kind}`, { of }) || `${kind} ${of}`
}
