// npm run build, build:wasm, build:worker, build:extension, build:pages.
//
//   npm run build:extension                    into dist/extension, and for Firefox into dist/extension-firefox
//   npm run build:extension -- --production    for the store: https pages only, into dist/extension-production
import { bootstrap } from './lib/bootstrap.mjs'
import { Stop, run, say } from './lib/say.mjs'

await run(async () => {
  const [what = 'all', ...flags] = process.argv.slice(2)
  await bootstrap()
  const { ensureTools } = await import('./lib/tools.mjs')
  const builds = await import('./lib/builds.mjs')
  const { at } = await import('./lib/paths.mjs')
  await ensureTools()
  if (what === 'wasm') await builds.buildWasm()
  else if (what === 'worker') await (await import('./lib/worker.mjs')).buildWorker()
  else if (what === 'pages') await builds.buildPages()
  else if (what === 'all') await builds.buildAll()
  else if (what === 'extension') {
    await builds.buildWasm()
    const production = flags.includes('--production')
    const folder = await builds.buildExtension(production ? { development: false, outDir: at('dist/extension-production') } : {})
    say(`The extension is in ${folder}`)
    if (!production) say(`For Firefox it is in ${await builds.buildFirefoxExtension()}`)
  } else throw new Stop(`There is nothing called ${what} to build: choose wasm, worker, extension, pages or all.`)
})
