// npm run check: lints, types and the quick part of npm test.
import { bootstrap } from './lib/bootstrap.mjs'
import { run } from './lib/say.mjs'

await run(async () => {
  await bootstrap()
  const { Suite } = await import('./lib/suite.mjs')
  const { ensureTools } = await import('./lib/tools.mjs')
  const { formatting, lints, nativeTests, webChecks } = await import('./lib/checks.mjs')
  const suite = new Suite()
  await ensureTools()
  await suite.sideBySide(
    async () => {
      await formatting(suite)
      await lints(suite)
      await nativeTests(suite)
    },
    () => webChecks(suite),
  )
  suite.close()
})
