// Turns the root manifest.json, whose entries name sources, into the one Chromium loads.
//
// A path that ends in .html stays a page; the service worker becomes background.js; each content
// script becomes one classic script, because Chromium does not load modules there; any other
// file is copied. In the release build, patterns of plain http (http://*.localhost/*), and of sockets over it, go.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '../..')
const built = source => source.replace(/^extension\//, '')

/** The inputs of the build: the manifest's service worker and every page of the extension. */
export function entriesOf() {
  const pages = join(root, 'extension/pages')
  const entries = {}
  for (const file of existsSync(pages) ? readdirSync(pages) : []) {
    if (file.endsWith('.html')) entries[basename(file, '.html')] = join(pages, file)
  }
  const worker = readManifest()?.background?.service_worker
  if (worker) entries.background = join(root, worker)
  return entries
}

/** The Vite plugin that writes manifest.json and what it names beside the bundled files. */
export function manifestPlugin({ development }) {
  let outDir = ''
  return {
    name: 'tallystick-manifest',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir)
    },
    async closeBundle() {
      const manifest = readManifest()
      if (!manifest) return
      const packageFile = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
      manifest.version ??= packageFile.version
      if (manifest.background) manifest.background.service_worker = 'background.js'
      for (const script of manifest.content_scripts ?? []) {
        if (!development) script.matches = script.matches.filter(match => !match.startsWith('http://'))
        script.js = await Promise.all(script.js.map(source => contentScript(source, outDir, development)))
      }
      const policy = manifest.content_security_policy
      if (policy && !development) {
        for (const key of Object.keys(policy)) policy[key] = policy[key].replace(/ (?:http|ws):\/\/\S+?(?=[ ;]|$)/g, '')
      }
      await writeFile(join(outDir, 'manifest.json'), `${JSON.stringify(await settle(manifest, outDir), null, 2)}\n`)
      await copyLocales(outDir)
    },
  }
}

function readManifest() {
  const file = join(root, 'manifest.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

async function contentScript(source, outDir, development) {
  const name = `${basename(source, extname(source))}.js`
  await build({
    entryPoints: [join(root, source)],
    outfile: join(outDir, name),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'chrome120',
    logLevel: 'warning',
    define: { 'import.meta.env.MODE': JSON.stringify(development ? 'development' : 'production') },
  })
  return name
}

/** Replaces each remaining path under extension/ by its place in the output, copying the file. */
async function settle(value, outDir) {
  if (Array.isArray(value)) return Promise.all(value.map(item => settle(item, outDir)))
  if (value && typeof value === 'object') {
    const pairs = Object.entries(value).map(async ([key, item]) => [key, await settle(item, outDir)])
    return Object.fromEntries(await Promise.all(pairs))
  }
  if (typeof value !== 'string' || !value.startsWith('extension/')) return value
  if (!value.endsWith('.html')) {
    await mkdir(dirname(join(outDir, built(value))), { recursive: true })
    await copyFile(join(root, value), join(outDir, built(value)))
  }
  return built(value)
}

async function copyLocales(outDir) {
  const locales = join(root, 'extension/_locales')
  for (const locale of existsSync(locales) ? readdirSync(locales) : []) {
    await mkdir(join(outDir, '_locales', locale), { recursive: true })
    await copyFile(join(locales, locale, 'messages.json'), join(outDir, '_locales', locale, 'messages.json'))
  }
}
