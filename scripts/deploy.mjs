// npm run deploy -- ROLE [--config FILE] [--dry-run]
//
// Builds that role alone and hands it to wrangler. Everything that matters is in the operator's file,
// worker/deploy/ROLE.jsonc, so that the next deployment is the same as the last; --config names another one (a second
// party of a role). --dry-run sends nothing, and without a file of the operator's it tries the example.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { bootstrap } from './lib/bootstrap.mjs'
import { Stop, run, say } from './lib/say.mjs'

await run(async () => {
  const [role, ...flags] = process.argv.slice(2)
  await bootstrap()
  const { ROLES, buildPages } = await import('./lib/builds.mjs')
  const { buildWorker } = await import('./lib/worker.mjs')
  if (!ROLES.includes(role)) throw new Stop(`Say which role to deploy: npm run deploy -- ${ROLES.join('|')} [--config FILE] [--dry-run]`)
  const { dryRun, file } = await optionsOf(role, flags)
  await check(role, file, dryRun)
  const { attempt } = await import('./lib/command.mjs')
  const { at } = await import('./lib/paths.mjs')
  await buildWorker(role)
  await buildPages([role])
  const args = ['deploy', '--config', file]
  if (dryRun) args.push('--dry-run', '--outdir', at('dist/deploy', role))
  const { code } = await attempt(process.execPath, [at('node_modules/wrangler/bin/wrangler.js'), ...args], {
    show: true,
    env: dryRun ? { CI: '1' } : {},
  })
  if (code !== 0) throw new Stop(`wrangler refused the ${role}; its reason is above.`)
})

async function optionsOf(role, flags) {
  const { at } = await import('./lib/paths.mjs')
  let [dryRun, file] = [false, at(`worker/deploy/${role}.jsonc`)]
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] === '--dry-run') dryRun = true
    else if (flags[i] === '--config' && flags[i + 1]) file = resolve(flags[++i])
    else
      throw new Stop(`Unknown option ${flags[i]}: npm run deploy takes a role, --config FILE and --dry-run. Settings belong into the file.`)
  }
  if (existsSync(file)) return { dryRun, file }
  const example = at(`worker/deploy/${role}.example.jsonc`)
  if (!dryRun) throw new Stop(`There is no ${file}: copy ${example} and fill in what is yours.`)
  say(`There is no ${file}: this tries the example.`)
  return { dryRun, file: example }
}

async function check(role, file, rehearsal) {
  const { refusals } = await import('./lib/deployment.mjs')
  const { unstable_readConfig } = await import('wrangler')
  const reasons = refusals(unstable_readConfig({ config: file }, { hideWarnings: true }), role, { rehearsal })
  if (reasons.length > 0) throw new Stop(`${file} is not deployed:\n${reasons.map(reason => `- ${reason}`).join('\n')}`)
}
