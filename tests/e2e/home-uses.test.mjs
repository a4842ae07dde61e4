// What was bought with the card at home is followed to its end by an alarm, whether or not a page is open.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { moduleOf } from './support/catalogues.mjs'

const { HomeUses, USES_ALARM } = await moduleOf('extension/background/home-uses.ts')

const NOW = 1_900_000_000
const USE = { number: 7, at: NOW - 60, loan: 2, state: 'open', terminal_name: 'Travel laptop', shop: 'kiso-tea.localhost' }

let alarms
let told
let followed
let watching

beforeEach(() => {
  mock.timers.enable({ apis: ['Date'], now: NOW * 1000 })
  alarms = new Map()
  told = []
  watching = []
  followed = mock.fn(async () => [])
  globalThis.chrome = {
    alarms: { create: async (name, how) => void alarms.set(name, how), clear: async name => alarms.delete(name) },
  }
})

afterEach(() => mock.timers.reset())

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

/** A service worker that shows its wallet with these uses. */
function come() {
  const host = { listen: listener => watching.push(listener), aside: work => work({ home_follow_uses: followed }) }
  return new HomeUses(host, use => told.push(use))
}

async function shows(uses, also = {}) {
  for (const listener of watching) listener({ phase: 'ready', home: { is_on: true, uses, ...also } })
  await settled()
}

test('an alarm stands as long as it is not known of a use what became of it', async () => {
  come()
  await shows([])
  assert.equal(alarms.size, 0)
  await shows([USE])
  assert.ok(alarms.get(USES_ALARM).periodInMinutes <= 1)
  await shows([{ ...USE, state: 'paid' }])
  assert.equal(alarms.size, 0)
})

test('it stands also when nothing is lent any more, and stays while the wallet is locked', async () => {
  come()
  await shows([USE], { is_on: false })
  for (const listener of watching) listener({ phase: 'locked' })
  await settled()
  assert.equal(alarms.size, 1)
})

test('what has not ended after a day is asked for no more', async () => {
  come()
  await shows([{ ...USE, at: NOW - 27 * 3600 }])
  assert.equal(alarms.size, 0)
})

test('the alarm asks once at a time, and what the card signed while nobody listened is told', async () => {
  const uses = come()
  let answer
  followed.mock.mockImplementation(() => new Promise(resolve => (answer = resolve)))
  const looks = Promise.all([uses.look(), uses.look()])
  await settled()
  assert.equal(followed.mock.callCount(), 1)
  answer([USE, { ...USE, number: 3, at: NOW - 7200 }])
  await looks
  assert.deepEqual(told, [USE], 'what is old is in the list, and no news')
})

test('a service worker that comes up while something is lent asks the card what it has signed', async () => {
  come()
  await shows([])
  assert.equal(followed.mock.callCount(), 1)
  await shows([], { first_tries_left: 4 })
  assert.equal(followed.mock.callCount(), 1, 'once')
})

test('issuers that do not answer, and a card that is away, are asked the next time', async () => {
  const uses = come()
  followed.mock.mockImplementation(async () => Promise.reject(new Error('no card')))
  await shows([USE])
  await assert.rejects(uses.look())
  followed.mock.mockImplementation(async () => [])
  await uses.look()
})
