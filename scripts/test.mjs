// npm test: sets up what it needs and runs everything. The last line says how it went.
import { bootstrap } from './lib/bootstrap.mjs'
import { Stop, run, say } from './lib/say.mjs'

await run(async () => {
  const { Suite } = await import('./lib/suite.mjs')
  const { forgetRecords } = await import('./lib/conformance/records.mjs')
  const { conformance } = await import('./lib/conformance/judge.mjs')
  const suite = new Suite()
  // What an earlier run showed is not what this one shows.
  forgetRecords()
  try {
    await bootstrap()
    const { ensureRust } = await import('./lib/tools.mjs')
    const checks = await import('./lib/checks.mjs')
    await ensureRust()
    // Cargo locks the folder of each of its profiles: what runs natively is built on one side, WebAssembly on the other.
    await suite.sideBySide(
      async () => {
        await checks.formatting(suite)
        await checks.nativeTests(suite)
        await checks.simulations(suite)
      },
      async () => {
        await checks.webChecks(suite)
        await suite.check('Worker, extension and pages build', async () => (await import('./lib/builds.mjs')).buildAll())
        await checks.browserTests(suite)
        await checks.foreignCard(suite)
        await checks.foreignTools(suite)
      },
    )
    await checks.systemTests(suite)
    await checks.firefoxTests(suite)
    await conformance(suite)
  } catch (error) {
    say(error instanceof Stop ? [error.details, error.message].filter(Boolean).join('\n') : error.stack)
    suite.add('Set-up', { failed: 1 })
  }
  suite.close()
})
