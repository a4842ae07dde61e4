// What it takes to be let in by way of home: session set-up beside TLS with a client's certificate, a signature while away,
// sessions a second through one proxy, homes that are connected and idle.
import { setTimeout as sleep } from 'node:timers/promises'
import { idleHomes } from './home-idle.mjs'
import { processorMs } from './processor.mjs'
import { startSessions } from '../support/sessions.mjs'
import { ratio, summary } from './statistics.mjs'
import { startTls } from './tls.mjs'

/** The stages of a procedure, in their order. */
export const STAGES = ['identify', 'open', 'agree', 'release', 'enter', 'sign', 'order']
/** Who computes, and which ways there are between them. */
export const STATIONS = ['terminal', 'proxy', 'home', 'shop']
export const WAYS = ['terminal-proxy', 'proxy-home', 'proxy-shop', 'terminal-shop']
/** The emulated round trips, in milliseconds. */
const ROUND_TRIPS_MS = [0, 20]
/** Rounds that do not count. */
const WARM_UP = 2

/** Limits that do not notice them: one holder stands for many. */
const LIMITS =
  'holder 60000/60, sessions 60000/60, homes 60000/60, home-each 60000/60, terminal-each 60000/60, home-passwords-each 60000/60'
export const HOME_VARS = {
  'home-proxy': { LIMITS },
  shop: { LIMITS },
  issuer: { LIMITS },
  'key-centre': { LIMITS: 'shares 6000/60, shares-each 6000/60' },
}

/**
 * Natively, for each emulated round trip: { roundTripMs, stages, agreement, entrance, tls }, in turn with the peer.
 * `stages` has for each stage its summary of milliseconds, the median of each station's processor time, and the round
 * trips on each way, which must be the same in each round.
 */
export async function nativeSessions(program, { quick = false } = {}) {
  const tls = await startTls()
  try {
    const rows = []
    for (const roundTripMs of ROUND_TRIPS_MS) rows.push(await besideTls(program, tls, roundTripMs, quick ? 10 : 100))
    return rows
  } finally {
    await tls.close()
  }
}

async function besideTls(program, tls, roundTripMs, rounds) {
  const sessions = await startSessions(program, 'native', String(roundTripMs), String(tls.port))
  const { ours, peers, rsa } = { ours: [], peers: [], rsa: [] }
  try {
    for (let round = -WARM_UP; round < rounds; round++) {
      const stages = await sessions.ask('x25519')
      const peer = await tls.handshake(sessions.first.beside)
      const transported = await sessions.ask('rsa-oaep')
      if (round < 0) continue
      ours.push(byName(stages))
      peers.push(peer)
      rsa.push(byName(transported).enter.ms)
    }
  } finally {
    await sessions.close()
  }
  return { roundTripMs, ...compared(ours, peers), rsaEntrance: summary(rsa), stages: staged(ours) }
}

const byName = stages => Object.fromEntries(stages.map(({ stage, ...rest }) => [stage, rest]))

/** Agreement and entrance beside the peer's two marks, round by round. */
function compared(ours, peers) {
  const letIn = peers.map(peer => peer.letIn)
  const beside = stage => {
    const ms = ours.map(stages => stages[stage].ms)
    return { ms: summary(ms), times: ratio(ms, letIn) }
  }
  return {
    tls: { letIn: summary(letIn), mayWrite: summary(peers.map(({ mayWrite }) => mayWrite)) },
    agree: beside('agree'),
    enter: beside('enter'),
  }
}

function staged(rounds) {
  const rows = STAGES.map(stage => {
    const all = rounds.map(round => round[stage])
    const stations = Object.keys(all[0].processorMs)
    const processorMs = stations.map(name => [name, summary(all.map(one => one.processorMs[name]))])
    const trips = all[0].trips
    const differs = all.find(one => JSON.stringify(one.trips) !== JSON.stringify(trips))
    if (differs) throw new Error(`Round trips of ${stage} differ: ${JSON.stringify([trips, differs.trips])}`)
    return [stage, { ms: summary(all.map(({ ms }) => ms)), processorMs: Object.fromEntries(processorMs), trips }]
  })
  return Object.fromEntries(rows)
}

/** The same with the parties on workerd, at no emulated distance; and many at once through the one proxy. */
export async function workerdSessions(program, parties, { quick = false } = {}) {
  const tls = await startTls()
  const sessions = await startSessions(program, 'workerd', String(parties.port))
  const [ours, peers, rsa] = [[], [], []]
  try {
    for (let round = -WARM_UP; round < (quick ? 10 : 60); round++) {
      const stages = byName(await sessions.ask('x25519'))
      const peer = await tls.handshake()
      const transported = byName(await sessions.ask('rsa-oaep'))
      if (round < 0) continue
      ours.push(stages)
      peers.push(peer)
      rsa.push(transported.enter.ms)
    }
    const one = { ...compared(ours, peers), rsaEntrance: summary(rsa), stages: staged(ours) }
    return { one, many: await throughput(sessions, quick) }
  } finally {
    await sessions.close()
    await tls.close()
  }
}

/** Whole procedures, so many clients at a time: how many a second, and what one takes of workerd's processor time. */
async function throughput(sessions, quick) {
  const rows = []
  for (const clients of [1, 4]) {
    const figures = []
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      const before = processorMs()
      const { sessions: count, ms } = await sessions.ask(`many ${clients} ${quick ? 2 : 5}`)
      const used = before === undefined ? undefined : processorMs() - before
      figures.push({ perSecond: (count * 1000) / ms, used: used === undefined ? undefined : used / count, count })
    }
    rows.push({
      clients,
      sessions: figures[0].count,
      perSecond: summary(figures.map(({ perSecond }) => perSecond)),
      processorMs: summary(figures.map(({ used }) => used).filter(used => used !== undefined)),
    })
  }
  return rows
}

/** Homes that are connected and say nothing but pings. */
export async function idle(parties, { quick = false } = {}) {
  await sleep(2_000)
  return idleHomes(parties, quick ? [0, 100] : [0, 100, 1_000])
}
