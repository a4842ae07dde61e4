// npm run audit: has the books of the local demo's bank audited, while npm start runs. PORT=8788 npm run audit for
// another port. Exit code 1: something is wrong, and what is printed.
import { bootstrap } from './lib/bootstrap.mjs'
import { Stop, run } from './lib/say.mjs'

await run(async () => {
  await bootstrap()
  const { partiesAt } = await import('./lib/parties.mjs')
  const { auditBank } = await import('./lib/audit.mjs')
  const { ensureRust } = await import('./lib/tools.mjs')
  const port = Number(process.env.PORT ?? 8787)
  const parties = partiesAt(port)
  const answers = await parties.fetch(parties.domain('bank'), '/health').catch(() => undefined)
  if (answers?.status !== 200) throw new Stop(`No bank answers at port ${port}: start the parties with npm start.`)
  await ensureRust()
  process.stdout.write(`${await auditBank(parties)}\n`)
})
