// Where stored state lies, for who keeps it and who opens it.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { unzipSync } from 'fflate'

const EXTENSION_ID = 'fnphoaocjpgacbedpolkfoffcggklhea'

/** Key spaces of a few holders and parties: the demo's would be 13 MB of random bytes to keep. */
export const smallKeySpaces = { 'key-centre': { DEGREES_SHOP: '64,8', DEGREES_ISSUER: '64,8', DEGREES_COURIER: '64,8' } }

/** Where Chromium keeps the wallet's IndexedDB within a profile. */
export const databaseFolder = profile => join(profile, `Default/IndexedDB/chrome-extension_${EXTENSION_ID}_0.indexeddb.leveldb`)

/** All files under a folder: { path, bytes }. */
export const filesIn = folder =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ path: relative(folder, file), bytes: readFileSync(file) }))

/** Lays kept state out under `folder`; resolves to { story, profile, persist }. */
export function layOut(zip, folder) {
  const files = unzipSync(readFileSync(zip))
  const [profile, persist] = [join(folder, 'profile'), join(folder, 'parties')]
  const places = { parties: persist, wallet: databaseFolder(profile) }
  for (const [name, bytes] of Object.entries(files)) {
    const [place, ...rest] = name.split('/')
    if (!places[place]) continue
    const file = join(places[place], ...rest)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }
  return { story: JSON.parse(Buffer.from(files['story.json']).toString('utf8')), profile, persist }
}
