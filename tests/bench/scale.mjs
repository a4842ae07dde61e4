// What an order costs the parties when each of them has several objects, and when many orders are stored.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startParties, tablesFolder } from '../../scripts/lib/parties.mjs'
import { fill } from './stored.mjs'
import { throughput } from './throughput.mjs'

/** Over how many shards shop, issuer and courier are spread, and how many orders are stored. */
export const OBJECTS = [1, 4, 16]
export const STORED = [1_000, 100_000]
const SPREAD = ['shop', 'issuer', 'courier']

/**
 * Resolves to { objects, stored }: for each of OBJECTS and of STORED a summary of orders a second and of the
 * parties' processor time an order. Everything else is as `options` say, parties on tables of their own.
 */
export async function scale(options, { quick }) {
  // Every object has to be awake once before it costs what it costs from then on.
  const many = quick ? { wallets: 3, each: 2, rounds: 1, warmUp: 1 } : { wallets: 8, each: 4, rounds: 3, warmUp: 1 }
  const objects = []
  for (const count of OBJECTS) {
    const spread = SPREAD.map(role => [role, { ...options.vars[role], SHARDS: String(count) }])
    const vars = { ...options.vars, ...Object.fromEntries(spread) }
    objects.push({ count, ...(await among({ ...options, vars }, parties => measured(parties, many))) })
  }
  const stored = await withStored(options, { ...many, rounds: Math.min(many.rounds, 2) })
  return { objects, stored }
}

/** First a few orders are bought, which are copied; then as many again are measured beside them. */
async function withStored(options, many) {
  const persist = mkdtempSync(join(tmpdir(), 'tallystick-bench-stored-'))
  const run = async work => {
    const parties = await startParties({ ...options, port: 0, persist })
    try {
      return await work(parties)
    } finally {
      await parties.stop()
    }
  }
  try {
    await run(parties => measured(parties, { wallets: 2, each: 1, rounds: 1 }))
    const found = []
    for (const orders of STORED) {
      fill(id => tablesFolder(persist, id), orders)
      found.push({ orders, ...(await run(parties => measured(parties, many))) })
    }
    return found
  } finally {
    rmSync(persist, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

async function among(options, work) {
  const persist = mkdtempSync(join(tmpdir(), 'tallystick-bench-objects-'))
  const parties = await startParties({ ...options, port: 0, persist })
  try {
    return await work(parties)
  } finally {
    await parties.stop()
    rmSync(persist, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

async function measured(parties, many) {
  const { perSecond, processorMs } = await throughput(parties, many)
  return { perSecond, processorMs }
}
