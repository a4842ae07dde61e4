// Processor time of the parties, which all live in one workerd.
import { readFileSync, readdirSync } from 'node:fs'
import { summary } from './statistics.mjs'

const TICK_MS = 10

/** A line of /proc, or nothing if that process has ended. */
function stat(pid) {
  try {
    const [, command, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/^\d+ \((.*)\) (.*)$/s)
    const fields = rest.split(' ')
    return { command, parent: Number(fields[1]), ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS }
  } catch {
    return undefined
  }
}

/** Processor time that a process has used so far, in milliseconds; undefined where /proc does not tell. */
export const processorMsOf = pid => stat(pid)?.ms

/** Processor time that workerd has used so far, in milliseconds; undefined where /proc does not tell. */
export function processorMs() {
  try {
    const stats = readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(stat)
      .filter(found => found?.command === 'workerd' && found.parent === process.pid)
      .map(({ ms }) => ms)
    return stats.length ? stats.reduce((sum, ms) => sum + ms) : undefined
  } catch {
    return undefined
  }
}

/** Milliseconds of processor time for each of `each` calls of `ask`, one after the other, in so many rounds; or null. */
export async function costOf(ask, { rounds = 5, each = 100 } = {}) {
  if (processorMs() === undefined) return null
  for (let i = 0; i < Math.min(each, 20); i++) await ask()
  const costs = []
  for (let round = 0; round < rounds; round++) {
    const before = processorMs()
    for (let i = 0; i < each; i++) await ask()
    costs.push((processorMs() - before) / each)
  }
  return summary(costs)
}
