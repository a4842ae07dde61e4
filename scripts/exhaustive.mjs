// npm run exhaustive: two purses and a bank, every state of the full scope, with progress. `-- quick`: what npm test explores.
import { bootstrap } from './lib/bootstrap.mjs'
import { run } from './lib/say.mjs'

await run(async () => {
  await bootstrap()
  const { exhaustive } = await import('./lib/exhaustive.mjs')
  process.exitCode = await exhaustive(process.argv.slice(2))
})
