// What is handed out: the same bytes each time, and nothing of the machine that made it.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync, unzipSync } from 'fflate'
import { PACKAGES, machinePaths, packExtension, packPackage } from '../../scripts/lib/archives.mjs'
import { buildExtension } from '../../scripts/lib/builds.mjs'
import { at } from '../../scripts/lib/paths.mjs'

const json = bytes => JSON.parse(Buffer.from(bytes).toString('utf8'))
let folder
let extension
let files

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-package-'))
  extension = await buildExtension({ development: false, outDir: at('dist/extension-production') })
  const { file } = packExtension({ folder: extension, file: join(folder, 'one.zip') })
  files = unzipSync(readFileSync(file))
})

after(() => rmSync(folder, { recursive: true, force: true }))

test('packing the extension twice gives the same bytes, whatever the time', async () => {
  const again = packExtension({ folder: extension, file: join(folder, 'two.zip') })
  assert.ok(readFileSync(join(folder, 'one.zip')).equals(readFileSync(again.file)))
  assert.equal(readFileSync(`${again.file}.sha256`, 'utf8'), `${again.sha256}  two.zip\n`)
  assert.deepEqual(again.entries, again.entries.toSorted())
})

test('the zip holds a manifest, and every file that the manifest names', () => {
  const manifest = json(files['manifest.json'])
  const named = [
    manifest.background.service_worker,
    manifest.action.default_popup,
    ...Object.values(manifest.icons),
    ...manifest.content_scripts.flatMap(({ js }) => js),
  ]
  for (const name of named) assert.ok(files[name]?.length > 0, name)
  assert.equal(Object.keys(files).filter(name => name.endsWith('.wasm')).length, 3, 'the wallet, the software card and the readers')
})

test('the extension of the store belongs to no deployment, and speaks to no plain http page', () => {
  assert.equal(files['deployment.json'], undefined)
  assert.ok(!JSON.stringify(json(files['manifest.json'])).includes('http://'))
})

test('a deployment that is asked for is in the zip', () => {
  const deployment = join(folder, 'deployment.json')
  const { file } = packExtension({ folder: extension, file: join(folder, 'deployed.zip'), deployment: at('package.json') })
  assert.equal(json(unzipSync(readFileSync(file))['deployment.json']).name, 'tallystick')
  assert.throws(() => packExtension({ folder: extension, file: join(folder, 'none.zip'), deployment }), /There is no deployment/)
})

test('the zip holds no source map and no path of this machine', () => {
  for (const [name, bytes] of Object.entries(files)) {
    assert.ok(!name.endsWith('.map'), name)
    const text = Buffer.from(bytes).toString('latin1')
    assert.ok(!/\.(js|css)$/.test(name) || !text.includes('sourceMappingURL'), `${name} names a source map`)
    for (const path of machinePaths()) assert.ok(!text.includes(path), `${name} contains ${path}`)
  }
})

for (const name of PACKAGES) {
  test(`packing the package for a shop’s ${name} twice gives the same bytes, with its types and licences`, async () => {
    const [one, two] = [await packPackage(name, join(folder, 'one')), await packPackage(name, join(folder, 'two'))]
    assert.equal(one.sha256, two.sha256)
    const tar = Buffer.from(gunzipSync(readFileSync(one.file))).toString('latin1')
    for (const file of [...readdirSync(at('packages', name)), 'LICENSE-APACHE', 'LICENSE-MIT']) {
      assert.ok(tar.includes(`package/${file}\0`), file)
    }
    const versions = ['package.json', `packages/${name}/package.json`].map(file => json(readFileSync(at(file))).version)
    assert.equal(versions[0], versions[1], 'it has the version of the whole')
  })
}
