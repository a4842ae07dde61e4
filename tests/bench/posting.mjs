// What a posting costs an issuer's ledger at a thousand and at a million accounts, on native SQLite.
import { execFileSync } from 'node:child_process'
import { at } from '../../scripts/lib/paths.mjs'

/** Resolves to { accounts: [1000, 1000000], microseconds: [small, large] }. */
export function postingCost() {
  const args = ['run', '--quiet', '-p', 'tallystick-parties', '--features', 'native', '--example', 'posting_cost']
  return JSON.parse(execFileSync('cargo', args, { cwd: at('.'), encoding: 'utf8' }))
}
