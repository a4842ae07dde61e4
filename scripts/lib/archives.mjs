// Makes what is handed out: the extension's zip and the npm packages for shops. The same sources
// give the same bytes, so that anybody can build them and compare the digest.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join, relative, sep } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { must } from './command.mjs'
import { at, root } from './paths.mjs'
import { Stop } from './say.mjs'

/** The time of every entry: the first that a zip can name. In local time, as zip writes it. */
const FIXED_TIME = new Date(1980, 0, 1)
const DEPLOYMENT = 'deployment.json'
/** What npm publishes for shops: for their pages, for their servers. */
export const PACKAGES = ['page', 'server']
const LICENCES = ['LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT']

/**
 * Packs a built extension. The deployment.json of this machine stays out; `deployment`, the path of
 * another, goes in. Resolves to { file, sha256, bytes, entries }.
 *
 * @param {{ folder: string, file: string, deployment?: string }} what
 */
export function packExtension({ folder, file, deployment }) {
  const entries = {}
  for (const path of filesIn(folder)) {
    const name = relative(folder, path).split(sep).join('/')
    if (name !== DEPLOYMENT) entries[name] = readFileSync(path)
  }
  if (deployment) entries[DEPLOYMENT] = readDeployment(deployment)
  const names = Object.keys(entries).sort()
  for (const name of names) refuseWhatIsOurs(name, entries[name])
  const zip = zipSync(Object.fromEntries(names.map(name => [name, new Uint8Array(entries[name])])), { level: 9, mtime: FIXED_TIME })
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, zip)
  return { file, entries: names, ...digestOf(file) }
}

/** Packs one of PACKAGES into `folder`, as npm publishes it. */
export async function packPackage(which, folder) {
  const staging = mkdtempSync(join(tmpdir(), 'tallystick-package-'))
  try {
    const source = at('packages', which)
    for (const name of readdirSync(source)) copyFileSync(join(source, name), join(staging, name))
    for (const name of LICENCES) copyFileSync(at(name), join(staging, name))
    mkdirSync(folder, { recursive: true })
    const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
    const output = await must('npm', args, `npm could not pack packages/${which}.`, { cwd: staging })
    const name = output
      .trim()
      .split('\n')
      .findLast(line => line.endsWith('.tgz'))
    if (!name) throw new Stop(`npm did not say what it packed packages/${which} into.`, output)
    const file = join(folder, basename(name.trim()))
    return { file, ...digestOf(file) }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** The size of a file and its SHA-256, which is also written beside it, as sha256sum reads it. */
function digestOf(file) {
  const bytes = readFileSync(file)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(`${file}.sha256`, `${sha256}  ${basename(file)}\n`)
  return { sha256, bytes: bytes.length }
}

function* filesIn(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* filesIn(path)
    else yield path
  }
}

function readDeployment(file) {
  if (!existsSync(file)) throw new Stop(`There is no deployment ${file}.`)
  try {
    return strToU8(`${JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), null, 2)}\n`)
  } catch {
    throw new Stop(`${file} is not JSON.`)
  }
}

/** Nothing of the machine that built it leaves it: no source maps, no paths. */
function refuseWhatIsOurs(name, bytes) {
  if (name.endsWith('.map')) throw new Stop(`${name} is a source map and would be handed out.`)
  const text = Buffer.from(bytes).toString('latin1')
  if (/\.(js|css)$/.test(name) && text.includes('sourceMappingURL')) throw new Stop(`${name} names a source map.`)
  const path = machinePaths().find(one => text.includes(one))
  if (path) throw new Stop(`${name} contains a path of this machine; build the wallet anew and try again.`)
}

/** Beginnings of paths that say where something was built. */
export function machinePaths() {
  const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
  return [...new Set([root, homedir(), cargo])].filter(path => path.length > 2).map(path => `${path}${sep}`)
}
