// What a home browser costs that holds its connection open and has nothing to say: memory of workerd, and processor time of
// pings, while the proxy's object may be out of memory.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { HOME_CONNECT, HOME_REGISTRATION, keysOf, message, seconds } from '../support/home-messages.mjs'
import { openSocket } from '../support/socket.mjs'
import { processorMs } from './processor.mjs'

/** After ten seconds without an event workerd may take an object out of memory; so long it is left alone. */
const ASLEEP_MS = 13_000
/** How often a home browser pings: extension/background/home-connection.ts. */
const PING_MS = 20_000
/** Pings of each connection whose cost is counted. */
const PINGS = 20

/**
 * Opens connections up to each of `counts`. Resolves to rows { connections, asleepBytes, awakeBytes, pingMs, wakes }:
 * resident memory of workerd while nobody has said anything for a while, and once the object is awake again; processor
 * time of a ping; and how much longer the first request takes that wakes the object, in milliseconds.
 */
export async function idleHomes(parties, counts) {
  const proxy = parties.domain('home-proxy')
  const homes = []
  const rows = []
  try {
    for (const connections of counts) {
      while (homes.length < connections) homes.push(await connectedHome(parties, proxy))
      await sleep(ASLEEP_MS)
      const asleepBytes = residentBytes()
      const pingMs = connections ? await costOfPings(homes) : undefined
      await sleep(ASLEEP_MS)
      const ask = () => timed(() => parties.fetch(proxy, '/health'))
      const first = await ask()
      const then = await ask()
      rows.push({ connections, asleepBytes, awakeBytes: residentBytes(), pingMs, wakesMs: first - then })
    }
    return { rows, pingsAnHour: 3_600_000 / PING_MS }
  } finally {
    for (const home of homes) home.close()
  }
}

async function timed(work) {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Processor time of workerd for a ping and its answer; what it uses without pings is taken off. */
async function costOfPings(homes) {
  const quiet = processorMs()
  if (quiet === undefined) return undefined
  const took = await timed(() => sleep(3_000))
  const idle = (processorMs() - quiet) / took
  const before = processorMs()
  const ms = await timed(async () => {
    for (let i = 0; i < PINGS; i++) {
      for (const home of homes) home.send('ping')
      for (const home of homes) if ((await home.next()) !== 'pong') throw new Error('a ping was not answered')
    }
  })
  return (processorMs() - before - idle * ms) / (PINGS * homes.length)
}

/** A home of its own that is registered and has shown its token. */
async function connectedHome(parties, proxy) {
  const home = keysOf('tallystick/v1/home/name')
  const terminal = keysOf('tallystick/v1/terminal/name')
  const token = randomBytes(32)
  const verifier = createHash('sha256').update(token).digest()
  const registration = message(HOME_REGISTRATION, home.keys, proxy, verifier, [terminal.keys], 1, seconds())
  const body = home.signed('tallystick/v1/home/registration', registration)
  const answer = await parties.fetch(proxy, '/v1/homes', { method: 'POST', headers: { 'content-type': 'application/cose' }, body })
  if (answer.status !== 204) throw new Error(`a home was not registered: ${answer.text()}`)
  const socket = await openSocket(parties.port, proxy, `/v1/homes/${home.name.toString('hex')}/connection`)
  if (!socket.isOpen) throw new Error(`a home could not connect: ${socket.body}`)
  socket.send(message(HOME_CONNECT, home.name, token))
  socket.send('ping')
  if ((await socket.next()) !== 'pong') throw new Error('a home was not heard')
  return socket
}

/** Memory of workerd that is resident, in bytes; undefined where /proc does not tell. */
function residentBytes() {
  try {
    const all = readdirSync('/proc').filter(name => /^\d+$/.test(name))
    const texts = all.map(pid => {
      try {
        return readFileSync(`/proc/${pid}/status`, 'utf8')
      } catch {
        return ''
      }
    })
    const ours = texts.filter(text => /^Name:\s+workerd$/m.test(text) && text.includes(`PPid:\t${process.pid}\n`))
    const sizes = ours.map(text => Number(text.match(/^VmRSS:\s+(\d+) kB$/m)[1]) * 1024)
    return sizes.length ? sizes.reduce((sum, size) => sum + size) : undefined
  } catch {
    return undefined
  }
}
