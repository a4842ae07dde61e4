// Parties as they are when everybody has been certified for the first time: made once for each build of the worker, and copied
// for each test file. Coming up costs most of what starting them costs, and who they are is the same to every test.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startParties } from '../../scripts/lib/parties.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { digest } from '../../scripts/lib/stamps.mjs'
import { LOCAL_WORKER } from '../../scripts/lib/worker.mjs'

const folder = at('target/settled')

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
export async function settled() {
  const place = join(folder, digest([LOCAL_WORKER, 'worker/demo']))
  if (existsSync(place)) return place
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const made = mkdtempSync(join(folder, 'coming-up-'))
  const parties = await startParties({ port: 0, persist: made })
  await parties.stop()
  renameSync(made, place)
  return place
}
