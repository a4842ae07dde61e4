// Links as a table for spreadsheets (RFC 4180): written when they are drawn, and read again to issue, to cancel, to print, or to
// see what came of them. What is wrong in it is said by its line.
import { couponOf } from './draw.ts'
import { addressOf, linkAt, type Link } from './link.ts'

/** What is wrong with a line, or in the way of it. */
export type Trouble = 'unreadable' | 'other-campaign' | 'twice' | 'waiting' | 'redeemed' | 'cancelled'
export interface Conflict {
  line: number
  trouble: Trouble
}

/** More than one campaign has. */
export const LINES_MAX = 100_000
const HEAD = ['number', 'coupon', 'claim', 'link']

/** The file; with `states`, what is known of each. */
export function fileOf(links: readonly Link[], states?: readonly string[]): Blob {
  const rows = links.map((link, at) => [at + 1, link.coupon, link.claim, addressOf(link), ...(states ? [states[at] ?? ''] : [])])
  const head = states ? [...HEAD, 'state'] : HEAD
  // Spreadsheets take UTF-8 for UTF-8 by its mark. No cell needs quotes: each is of letters, digits and signs of an address.
  return new Blob(['\uFEFF', [head, ...rows].map(row => row.join(',')).join('\r\n'), '\r\n'], { type: 'text/csv' })
}

/** The links of a campaign in a file; a line that is none is a conflict, and is left out. */
export function readFile(text: string, campaign: string): { links: Link[]; conflicts: Conflict[] } {
  const links: Link[] = []
  const conflicts: Conflict[] = []
  const seen = new Set<string>()
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (const [at, line] of lines.entries()) {
    if (line === '' || (at === 0 && line.startsWith(HEAD.slice(0, 2).join(',')))) continue
    const read = links.length < LINES_MAX ? linkOf(line, campaign) : 'unreadable'
    const trouble = typeof read === 'string' ? read : seen.has(read.claim) ? 'twice' : undefined
    if (trouble) conflicts.push({ line: at + 1, trouble })
    else if (typeof read !== 'string') {
      seen.add(read.claim)
      links.push({ ...read, line: at + 1 })
    }
  }
  return { links, conflicts }
}

function linkOf(line: string, campaign: string): Link | Trouble {
  // A spreadsheet may have put quotes around cells, and may write semicolons.
  const [, coupon = '', claim = '', address = ''] = line.split(/[,;]/).map(cell => cell.trim().replace(/^"(.*)"$/, '$1'))
  const named = linkAt(address)
  if (!/^[0-9a-f]{64}$/.test(claim) || !named || named.coupon !== coupon) return 'unreadable'
  return couponOf(campaign, claim) === coupon ? { coupon, claim, secret: named.secret } : 'other-campaign'
}
