// npm run deploy -- ROLE [--domain NAME] [--var NAME:VALUE]… [--dry-run]
//
// Builds that role alone and hands it to wrangler. --domain is where the party will be reached and
// certified for; with it, the console is closed unless a --var opens it.
import { bootstrap } from './lib/bootstrap.mjs'
import { Stop, run } from './lib/say.mjs'

await run(async () => {
  const [role, ...flags] = process.argv.slice(2)
  await bootstrap()
  const { ROLES, buildPages } = await import('./lib/builds.mjs')
  const { buildWorker } = await import('./lib/worker.mjs')
  if (!ROLES.includes(role)) throw new Stop(`Say which role to deploy: npm run deploy -- ${ROLES.join('|')} [--dry-run]`)
  const options = optionsOf(flags)
  const { attempt } = await import('./lib/command.mjs')
  const { at } = await import('./lib/paths.mjs')
  await buildWorker(role)
  await buildPages([role])
  const args = ['deploy', '--config', at(`worker/wrangler/${role}.jsonc`), ...options.wrangler]
  if (options.dryRun) args.push('--dry-run', '--outdir', at('dist/deploy', role))
  const { code } = await attempt(process.execPath, [at('node_modules/wrangler/bin/wrangler.js'), ...args], {
    show: true,
    env: options.dryRun ? { CI: '1' } : {},
  })
  if (code !== 0) throw new Stop(`wrangler refused the ${role}; its reason is above.`)
})

function optionsOf(flags) {
  const options = { dryRun: false, wrangler: [] }
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] === '--dry-run') options.dryRun = true
    else if (flags[i] === '--domain' && flags[i + 1]) {
      const domain = flags[++i]
      options.wrangler.unshift('--domain', domain, '--var', `DOMAIN:${domain}`, '--var', 'CONSOLE:closed')
    } else if (flags[i] === '--var' && flags[i + 1]) options.wrangler.push('--var', flags[++i])
    else throw new Stop(`Unknown option ${flags[i]}: npm run deploy takes a role, --domain NAME, --var NAME:VALUE and --dry-run.`)
  }
  return options
}
