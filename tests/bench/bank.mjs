// What a movement costs a bank: natively, on workerd, and beside what mints of Cashu use for theirs.
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../../scripts/lib/command.mjs'
import { BLANK_DOMAIN } from '../../scripts/lib/parties.mjs'
import { bankOnWorkerd } from './bank-worker.mjs'
import { startMints } from './cashu.mjs'
import { costOf } from './processor.mjs'
import { quartiles, ratio } from './statistics.mjs'

/** What moves, as the native program names it, and as the contestants do: of Cashu stands a swap beside the last three. */
export const MOVEMENTS = { withdrawal: 'load', deposit: 'unload', transfer: 'transfer', reconciliation: 'reconciliation', batch: 'batch' }

/** For how long it is watched what each contestant does by itself. */
const IDLE_MS = 10_000

const EXAMPLE = ['-p', 'tallystick-parties', '--features', 'native', '--example', 'bank_cost']

/**
 * The bank natively, in one process: resolves to { objects, accounts }, each a list of rows; a row has the number and
 * for each of MOVEMENTS { processorMs, perSecond, timesFirst }, quartiles over the rounds.
 */
export async function nativeBank({ quick = false } = {}) {
  const sizes = quick ? ['2', '50', '10000'] : ['7', '100', '1000000']
  const output = await must(
    'cargo',
    ['run', '--profile', 'measured', '--quiet', ...EXAMPLE, '--', ...sizes],
    'The bank could not be measured natively.',
  )
  const measured = JSON.parse(output.slice(output.indexOf('{')))
  return Object.fromEntries(Object.entries(measured).map(([name, rows]) => [name, rows.map(row => read(row, rows[0]))]))
}

/** The program's figures of one row, round by round, as quartiles. */
function read({ objects, accounts, ...figures }, first) {
  const cells = Object.keys(MOVEMENTS).map(name => {
    const { processorMs, ms } = figures[name]
    return [
      name,
      {
        processorMs: quartiles(processorMs),
        perSecond: quartiles(ms.map(each => 1000 / each)),
        timesFirst: quartiles(processorMs.map((used, round) => used / first[name].processorMs[round])),
      },
    ]
  })
  return { objects, accounts, ...Object.fromEntries(cells) }
}

/**
 * Ours on workerd and the mints of Cashu in turn, each round so many movements of each kind. `contestants` are
 * { name, move(kind, count), processorMs(), report?(count) }. Resolves to, for each, its name and for each kind
 * { processorMs, perSecond, timesOurs }, quartiles over the rounds. The first is ours; the first round does not count. What a contestant uses while nobody asks it anything
 * (ours is nine parties in one process, with what they do by the clock) is taken off.
 */
export async function inTurn(contestants, { rounds, each }) {
  const figures = contestants.map(() => Object.fromEntries(Object.values(MOVEMENTS).map(kind => [kind, []])))
  const idle = []
  for (const contestant of contestants) idle.push(await idleOf(contestant))
  for (let round = 0; round <= rounds; round++) {
    for (const [place, contestant] of contestants.entries()) {
      // Loads first: they fill what the others empty.
      for (const kind of ['load', 'transfer', 'reconciliation', 'batch', 'unload']) {
        const before = contestant.processorMs()
        const ms = await contestant.move(kind, each)
        const used = contestant.processorMs() - before
        await contestant.report?.(each)
        if (round > 0) figures[place][kind].push({ used: (used - idle[place] * ms) / each, ms: ms / each })
      }
    }
  }
  const used = (place, kind) => figures[place][kind].map(({ used }) => used)
  return contestants.map(({ name }, place) => {
    const cells = Object.keys(figures[place]).map(kind => [
      kind,
      {
        processorMs: quartiles(used(place, kind)),
        perSecond: quartiles(figures[place][kind].map(({ ms }) => 1000 / ms)),
        timesOurs: place === 0 ? undefined : ratio(used(place, kind), used(0, kind), quartiles),
      },
    ])
    return { name, ...Object.fromEntries(cells) }
  })
}

/** Milliseconds of processor time that it uses in a millisecond while nobody asks it anything. */
export async function idleOf(contestant) {
  const before = contestant.processorMs()
  await sleep(IDLE_MS)
  return (contestant.processorMs() - before) / IDLE_MS
}

/** The bank on workerd, with an empty request beside it, and the mints of Cashu that can be had. */
export async function besideCashu(parties, { quick = false } = {}) {
  const { mints, missing } = await startMints()
  const bank = await bankOnWorkerd(parties)
  const contestants = [bank, ...mints]
  try {
    const ask = async () => void (await parties.fetch(BLANK_DOMAIN, '/health'))
    const empty = await costOf(ask, { rounds: quick ? 3 : 9, each: 200 })
    const rows = await inTurn(contestants, quick ? { rounds: 2, each: 5 } : { rounds: 7, each: 10 })
    return { empty, rows, missing }
  } finally {
    for (const contestant of contestants) await contestant.close()
  }
}
