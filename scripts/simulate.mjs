// npm run simulate -- --seed N --steps M [--print]: replays a run. npm run simulate:long -- --for 3h: looks for a failing one.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap } from './lib/bootstrap.mjs'
import { artifactsFolder } from './lib/paths.mjs'
import { run } from './lib/say.mjs'

await run(async () => {
  await bootstrap()
  const { simulate } = await import('./lib/simulation.mjs')
  const [long, ...given] = process.argv[2] === 'long' ? process.argv.slice(2) : ['', ...process.argv.slice(2)]
  let args = given
  if (long) {
    mkdirSync(artifactsFolder, { recursive: true })
    // Other seeds each time; those from 1 on are in npm test. What is given comes last and counts.
    args = [
      '--seed',
      String(Math.floor(Date.now() / 1000) * 1000),
      '--for',
      '3h',
      '--bank',
      'some',
      '--home',
      'some',
      '--report',
      join(artifactsFolder, 'simulation.md'),
      ...given,
    ]
  }
  process.exitCode = await simulate(args)
})
