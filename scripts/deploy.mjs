// npm run deploy -- ROLE [--dry-run]: builds that role alone and hands it to wrangler.
import { bootstrap } from './lib/bootstrap.mjs'
import { Stop, run } from './lib/say.mjs'

await run(async () => {
  const [role, ...flags] = process.argv.slice(2)
  await bootstrap()
  const { ROLES, buildPages, buildWorker } = await import('./lib/builds.mjs')
  if (!ROLES.includes(role)) throw new Stop(`Say which role to deploy: npm run deploy -- ${ROLES.join('|')} [--dry-run]`)
  const unknown = flags.find(flag => flag !== '--dry-run')
  if (unknown) throw new Stop(`Unknown option ${unknown}: npm run deploy -- ROLE takes only --dry-run.`)
  const { ensureTools } = await import('./lib/tools.mjs')
  const { attempt } = await import('./lib/command.mjs')
  const { at } = await import('./lib/paths.mjs')
  await ensureTools()
  await buildWorker(role)
  await buildPages([role])
  const dryRun = flags.includes('--dry-run')
  const args = ['deploy', '--config', at(`worker/wrangler/${role}.jsonc`), ...(dryRun ? ['--dry-run', '--outdir', at('dist/deploy', role)] : [])]
  const { code } = await attempt(process.execPath, [at('node_modules/wrangler/bin/wrangler.js'), ...args], {
    show: true,
    env: dryRun ? { CI: '1' } : {},
  })
  if (code !== 0) throw new Stop(`wrangler refused the ${role}; its reason is above.`)
})
