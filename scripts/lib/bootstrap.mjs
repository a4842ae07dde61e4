// What a script needs before anything else, with nothing but Node's own modules: the JavaScript
// packages, and a Node new enough for wrangler.
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { at } from './paths.mjs'
import { must, which } from './command.mjs'
import { Stop, step } from './say.mjs'

/** wrangler and Miniflare need at least this Node. */
const NEEDED = [22, 12]

/** Installs the packages of package-lock.json, unless they are there already. */
export async function ensurePackages() {
  const installed = at('node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(at('package-lock.json')).mtimeMs) return
  if (!which('npm')) throw new Stop('npm is missing: install Node 20 or newer together with npm.')
  await step('Installing the JavaScript packages', () =>
    must(
      'npm',
      [
        'ci',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        '--fetch-retries=2',
        '--fetch-retry-mintimeout=1000',
        '--fetch-retry-maxtimeout=5000',
      ],
      'npm could not install the JavaScript packages.',
      {
        offline: 'npm could not fetch the JavaScript packages',
      },
    ),
  )
}

/**
 * Makes sure that this script runs under a Node that wrangler accepts: where the machine's is
 * older, starts the script again under the one that came as a package. Returns only in the right one.
 */
export async function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return
  const newer = at(`node_modules/node-${process.platform}-${process.arch}/bin/node`)
  if (!existsSync(newer)) {
    throw new Stop(`Node ${process.versions.node} is too old here: install Node ${NEEDED.join('.')} or newer.`)
  }
  const child = spawn(newer, process.argv.slice(1), { stdio: 'inherit' })
  // A Ctrl-C reaches the child as well; we wait for it to clean up.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.exit(await new Promise(resolve => child.on('close', (code, signal) => resolve(signal ? 130 : code))))
}

/** Both of the above: what every script does first. */
export async function bootstrap() {
  await ensurePackages()
  await ensureNode()
}
