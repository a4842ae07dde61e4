// Parties as they are when everybody has been certified for the first time: made once for each build of the worker, and copied
// for each test file. Coming up costs most of what starting them costs, and who they are is the same to every test.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startParties } from '../../scripts/lib/parties.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { digest } from '../../scripts/lib/stamps.mjs'
import { LOCAL_WORKER } from '../../scripts/lib/worker.mjs'

const folder = at('target/settled')
const COMING_UP = 'coming-up-'

/** What decides how a party comes up, and cannot be another afterwards. */
const FIRST = ['SHARDS', 'EPOCH', 'ROLE', 'DOMAIN', 'NAME', 'ROOTS']

/**
 * Puts what settled parties keep into `persist`, if these options of `startParties` let them go on from there and nothing is
 * there yet.
 *
 * @param {string} persist
 * @param {import('../../scripts/lib/parties.mjs').PartiesOptions} [options]
 */
export async function settleInto(persist, { vars = {}, worker, waitHealthy = true } = {}) {
  const firsts = Object.values(vars).flatMap(Object.keys)
  if (worker || !waitHealthy || existsSync(join(persist, 'secrets.json')) || firsts.some(name => FIRST.includes(name))) return
  cpSync(await settled(), persist, { recursive: true })
}

/** The folder of parties that have come up, of this build of the worker. */
async function settled() {
  const place = join(folder, digest([LOCAL_WORKER, 'worker/demo']))
  if (existsSync(place)) return place
  mkdirSync(folder, { recursive: true })
  const made = mkdtempSync(join(folder, COMING_UP))
  const parties = await startParties({ port: 0, persist: made })
  await parties.stop()
  try {
    renameSync(made, place)
  } catch (error) {
    // Another test file has made it meanwhile; theirs is as good.
    if (!existsSync(place)) throw error
    rmSync(made, { recursive: true, force: true })
  }
  for (const name of readdirSync(folder)) {
    if (join(folder, name) !== place && !name.startsWith(COMING_UP)) rmSync(join(folder, name), { recursive: true, force: true })
  }
  return place
}
