// What wrangler makes of worker/demo/ROLE.jsonc for Miniflare. Loading wrangler takes longer than starting all parties, so what it
// said is kept until one of those files or wrangler itself changes.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { at, stateFolder } from './paths.mjs'
import { PARTIES } from './secrets.mjs'
import { digest } from './stamps.mjs'

const file = join(stateFolder, 'wrangler-options.json')

/**
 * The options of a worker of each role, as Miniflare takes them.
 *
 * @returns {Promise<Record<string, any>>}
 */
export async function wranglerOptions() {
  const of = digest(['worker/demo', 'package-lock.json'])
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  if (kept?.of === of) return kept.options
  const options = await made()
  mkdirSync(dirname(file), { recursive: true })
  // Another process may read or write it at this moment. Wrangler takes what the environment has for secrets: nobody else reads it.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify({ of, options }), { mode: 0o600 })
  renameSync(`${file}.${process.pid}`, file)
  return options
}

async function made() {
  process.env.WRANGLER_LOG ??= 'error' // it would complain about secrets that we bring ourselves
  const { unstable_getMiniflareWorkerOptions } = await import('wrangler')
  const roles = [...new Set(PARTIES.map(({ role }) => role))]
  return Object.fromEntries(
    roles.map(role => {
      const { modulesRules, ...options } = unstable_getMiniflareWorkerOptions(at(`worker/demo/${role}.jsonc`)).workerOptions
      return [role, options]
    }),
  )
}
