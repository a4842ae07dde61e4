// Parties for one test file: an own workerd on a free port, with tables in a folder that goes away.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { startParties } from '../../scripts/lib/parties.mjs'
import { settleInto } from './settled.mjs'

/** An empty folder for tables and secrets; removed after the tests of this file. */
export function emptyFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-parties-'))
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  return folder
}

/** Running parties, stopped after the tests of this file. */
export async function openParties({ persist = emptyFolder(), ...options } = {}) {
  await settleInto(persist, options)
  const parties = await startParties({ port: 0, persist, ...options })
  after(() => parties.stop())
  return parties
}
