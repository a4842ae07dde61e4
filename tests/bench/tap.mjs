// What a contactless card's payment takes: natively, whose processor time; in Chromium, beside payments of the account.
import { must } from '../../scripts/lib/command.mjs'
import { quartiles, ratio } from './statistics.mjs'

/** Whose time the native program counts. */
export const WHO = ['server', 'card', 'wallet', 'shop', 'front']

const EXAMPLE = ['-p', 'tallystick-parties', '--features', 'native', '--example', 'settlement_cost']
const RUN = ['run', '--profile', 'measured', '--quiet', ...EXAMPLE, '--']

/**
 * Natively, in one process: { rows, peers, exchanges }. A row, for so many `others` in the security server's tables, has of
 * `reading` and `settlement`: { [who]: quartiles of milliseconds, together, perSecond, timesFirst, besideSession, besideSignature },
 * where the latter four are of the security server alone, round by round.
 */
export async function nativeTaps({ quick = false } = {}) {
  const sizes = quick ? ['3', '10', '10000'] : ['15', '100', '100000']
  const output = await must('cargo', [...RUN, ...sizes], 'Settlements could not be measured natively.')
  const { rows, peers, exchanges } = JSON.parse(output.slice(output.indexOf('{')))
  const read = (row, kind) => figures(row[kind], rows[0][kind], peers)
  return {
    rows: rows.map(row => ({ others: row.others, reading: read(row, 'reading'), settlement: read(row, 'settlement') })),
    peers: {
      session: { server: quartiles(peers.session.server), card: quartiles(peers.session.card) },
      signature: quartiles(peers.signature.server),
    },
    exchanges,
  }
}

/** The program's figures of one kind, round by round, as quartiles. */
function figures(took, first, { session, signature }) {
  const sums = took.server.map((_, round) => WHO.reduce((sum, who) => sum + took[who][round], 0))
  return {
    ...Object.fromEntries(WHO.map(who => [who, quartiles(took[who])])),
    together: quartiles(sums),
    perSecond: quartiles(took.server.map(ms => 1000 / ms)),
    timesFirst: ratio(took.server, first.server, quartiles),
    cardBesideSession: ratio(took.card, session.card, quartiles),
    besideSession: ratio(took.server, session.server, quartiles),
    besideSignature: ratio(took.server, signature.server, quartiles),
  }
}
