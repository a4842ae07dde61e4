// npm run package [-- --deployment FILE]
//
// Makes what is handed out, into artifacts/: the extension for the store as a zip, and for shops
// the npm packages, each with its SHA-256 beside it. The zip belongs to no
// deployment unless --deployment names the deployment.json to put into it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap } from './lib/bootstrap.mjs'
import { artifactsFolder, at } from './lib/paths.mjs'
import { Stop, run } from './lib/say.mjs'

await run(async () => {
  const deployment = deploymentOf(process.argv.slice(2))
  await bootstrap()
  const { ensureTools } = await import('./lib/tools.mjs')
  const { buildExtension, buildWasm } = await import('./lib/builds.mjs')
  const { PACKAGES, packExtension, packPackage } = await import('./lib/archives.mjs')
  await ensureTools()
  await buildWasm()
  const folder = await buildExtension({ development: false, outDir: at('dist/extension-production') })
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  const file = join(artifactsFolder, `tallystick-extension-${version}.zip`)
  report(packExtension({ folder, file, deployment }))
  for (const name of PACKAGES) report(await packPackage(name, artifactsFolder))
})

function report({ file, sha256, bytes }) {
  process.stdout.write(`${sha256}  ${file} (${(bytes / 1000).toFixed(1)} kB)\n`)
}

function deploymentOf(args) {
  if (args.length === 0) return undefined
  if (args.length !== 2 || args[0] !== '--deployment') throw new Stop('npm run package takes only --deployment FILE.')
  return args[1]
}
