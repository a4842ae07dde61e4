// What coupons cost their office: natively, beside what mints of Cashu use for a swap of one coin, and a campaign's links from
// the operator's page on workerd.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environment, must } from '../../scripts/lib/command.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { startParties } from '../../scripts/lib/parties.mjs'
import { openCampaign, openLinks } from '../support/links.mjs'
import { idleOf } from './bank.mjs'
import { startMints } from './cashu.mjs'
import { quartiles, ratio, summary } from './statistics.mjs'

/** What is measured of a coupon, as the native program names it. */
export const KINDS = ['transfer', 'verdict', 'verification']

/** How long the page may take for all links. */
const PATIENCE_MS = 600_000

const EXAMPLE = ['-p', 'tallystick-parties', '--features', 'native', '--example', 'coupon_cost']
const RUN = ['run', '--profile', 'measured', '--quiet', ...EXAMPLE, '--']

/**
 * Natively, in one process: { objects, coupons } as lists of rows, each with { processorMs, perSecond, timesFirst } for each of
 * KINDS, quartiles over the rounds; { rush }: quartiles over the rounds of each rush's median and p95; { links }.
 */
export async function nativeCoupons({ quick = false } = {}) {
  const sizes = quick ? ['3', '32', '10000', '10000'] : ['7', '100', '1000000', '100000']
  const output = await must('cargo', [...RUN, ...sizes], 'Coupons could not be measured natively.')
  const { objects, coupons, rush, links } = JSON.parse(output.slice(output.indexOf('{')))
  const rows = list => list.map(row => read(row, list[0]))
  const rushes = rush.map(({ ms }) => summary(ms))
  const of = name => quartiles(rushes.map(each => each[name]))
  return { objects: rows(objects), coupons: rows(coupons), rush: { ...rush[0], ms: undefined, p50: of('p50'), p95: of('p95') }, links }
}

/** The program's figures of one row, round by round, as quartiles. */
function read({ objects, coupons, ...figures }, first) {
  const cells = KINDS.map(name => {
    const { processorMs, ms } = figures[name]
    const timesFirst = quartiles(processorMs.map((used, round) => used / first[name].processorMs[round]))
    return [name, { processorMs: quartiles(processorMs), perSecond: quartiles(ms.map(each => 1000 / each)), timesFirst }]
  })
  return { objects, coupons, ...Object.fromEntries(cells) }
}

/** Coupons handed on natively, and swaps of the mints of Cashu that can be had, in turn; quartiles over the rounds. */
export async function besideSwaps({ quick = false } = {}) {
  const { rounds, each } = quick ? { rounds: 3, each: 10 } : { rounds: 9, each: 30 }
  const { mints, missing } = await startMints()
  const own = await nativeTurns()
  try {
    const contestants = [own, ...(await Promise.all(mints.map(asContestant)))]
    for (const { fill } of contestants) await fill?.((rounds + 1) * each)
    const used = contestants.map(() => [])
    const took = contestants.map(() => [])
    for (let round = 0; round <= rounds; round++) {
      for (const [place, { turn }] of contestants.entries()) {
        const { processorMs, ms } = await turn(each)
        // The first round does not count.
        if (round === 0) continue
        used[place].push(processorMs / each)
        took[place].push(ms / each)
      }
    }
    const rows = contestants.map(({ name }, place) => ({
      name,
      processorMs: quartiles(used[place]),
      perSecond: quartiles(took[place].map(ms => 1000 / ms)),
      timesOurs: place === 0 ? undefined : ratio(used[place], used[0], quartiles),
    }))
    return { rows, missing }
  } finally {
    for (const contestant of [own, ...mints]) await contestant.close()
  }
}

/** A mint, less what it uses while nobody asks it anything. */
async function asContestant(mint) {
  const idle = await idleOf(mint)
  return {
    name: mint.name,
    // Coins are swapped that were minted before.
    fill: async count => void (await mint.move('load', Math.min(count, 50))),
    async turn(count) {
      const before = mint.processorMs()
      const ms = await mint.move('transfer', count)
      return { processorMs: mint.processorMs() - before - idle * ms, ms }
    },
  }
}

/** The native program, which hands on when it is told to; it counts the office's processor time itself. */
async function nativeTurns() {
  const program = spawn('cargo', [...RUN, 'turns'], { cwd: at('.'), env: environment({}), stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
  const heard = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('The office that is measured ended.')
    return JSON.parse(value)
  }
  await heard()
  return {
    name: 'tallystick',
    async turn(count) {
      program.stdin.write(`${count}\n`)
      const { processorMs, ms } = await heard()
      return { processorMs: processorMs * count, ms: ms * count }
    },
    async close() {
      program.stdin.end()
      await new Promise(done => program.once('close', done))
    },
  }
}

/** Links of a campaign, from the operator's page to the office on workerd: { count, draw, issue }, in seconds. */
export async function linksOnWorkerd({ quick = false } = {}) {
  const count = quick ? 10_000 : 100_000
  const persist = mkdtempSync(join(tmpdir(), 'tallystick-bench-'))
  const parties = await startParties({ port: 0, persist })
  try {
    await openCampaign(parties, count)
    const office = await openLinks(parties, PATIENCE_MS)
    try {
      const draw = await office.draw(count)
      await office.save()
      return { count, draw, issue: await office.issue(), browser: office.browser }
    } finally {
      await office.close()
    }
  } finally {
    await parties.stop()
    rmSync(persist, { recursive: true, force: true, maxRetries: 3 })
  }
}
