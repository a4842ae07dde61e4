// Whole procedures by way of home against the parties on workerd, in both profiles: terminal, home card and home browser are a
// native program; the proxy agrees with the shop on a key, and the terminal asks the shop under it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openParties } from '../support/parties.mjs'
import { buildSessionProgram, startSessions } from '../support/sessions.mjs'

const STAGES = ['identify', 'open', 'agree', 'release', 'enter', 'sign', 'order']

const parties = await openParties()
const sessions = await startSessions(await buildSessionProgram(), 'workerd', String(parties.port))
after(() => sessions.close())

/** Goes through a procedure; the program fails if anything of it is not as it must be. */
async function goesThrough(profile) {
  const stages = await sessions.ask(profile)
  assert.deepEqual(
    stages.map(({ stage }) => stage),
    STAGES,
  )
}

const transportKeys = () => parties.sql('shop', "SELECT name FROM facts WHERE name = 'session-transport-public-key'")

test('t000_1 on workerd proxy and shop agree on a key by X25519, and the terminal asks the shop under it', async () => {
  await goesThrough('x25519')
  assert.deepEqual(await transportKeys(), [], 'the shop has made no RSA key for it')
})

test('t000_1 on workerd the key is agreed on in the document’s own form, RSAES-OAEP, as well', async () => {
  await goesThrough('rsa-oaep')
  assert.equal((await transportKeys()).length, 1, 'the shop has made the key under which the secret was sent')
  await goesThrough('rsa-oaep')
  assert.equal((await transportKeys()).length, 1, 'and keeps it')
})
