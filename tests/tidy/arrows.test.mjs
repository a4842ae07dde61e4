// Which folder may import from which: what is below must not know what stands on it.
import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { filesUnder, importedBy, importsOf } from './sources.mjs'

const CODE = ['.ts', '.svelte', '.mjs']

/** For each folder what it may import from, besides itself and packages; nobody else may import from it. */
const MAY_IMPORT = {
  'extension/ui': [],
  'extension/i18n': [],
  'extension/shared': ['extension/ui', 'extension/i18n', 'wasm'],
  'extension/features': ['extension/shared', 'extension/ui', 'extension/i18n'],
  'extension/background': ['extension/shared', 'extension/i18n', 'wasm'],
  'extension/content': ['extension/shared'],
  'extension/pages': ['extension/features'],
  'extension/preview': ['extension/shared'],
  'extension/assets': ['scripts'],
  pages: ['worker/demo'],
}

/** Each feature is one of its own: none imports another. */
const APART = ['extension/features']

const sources = filesUnder(['extension', 'pages'], [...CODE, '.html'])

test('each file imports only from where its folder may', () => {
  assert.deepEqual(
    sources.flatMap(file => breaches(file, importsOf(file))),
    [],
  )
})

test('no two folders of the extension import each other', () => {
  const targets = new Map()
  for (const file of sources.filter(one => isIn(one, 'extension'))) {
    const folder = dirname(file)
    for (const imported of importsOf(file))
      if (dirname(imported) !== folder) targets.set(folder, new Set([...(targets.get(folder) ?? []), dirname(imported)]))
  }
  const mutual = [...targets].flatMap(([folder, others]) =>
    [...others].filter(other => folder < other && targets.get(other)?.has(folder)).map(other => `${folder} and ${other}`),
  )
  assert.deepEqual(mutual, [])
})

test('no file imports another in a circle', () => {
  const all = filesUnder(['extension', 'pages', 'scripts', 'tests'], CODE)
  assert.deepEqual(circlesIn(new Map(all.map(file => [file, importsOf(file)]))), [])
})

test('a circle is told from file to file', () => {
  const imports = { a: ['b', 'x.json'], b: ['c'], c: ['d', 'b'], d: [] }
  assert.deepEqual(circlesIn(new Map(Object.entries(imports))), ['b imports c imports b'])
})

test('a breach is told by its file and its import', () => {
  const told = (file, text) => breaches(file, importedBy(file, text))
  assert.deepEqual(told('extension/ui/Button.svelte', '<script lang="ts">\n import { t } from \'../i18n\'\n</script>'), [
    'extension/ui/Button.svelte imports extension/i18n/index.ts',
  ])
  assert.deepEqual(told('extension/shared/x.ts', "import type { A } from '../features/orders/orders-csv'"), [
    'extension/shared/x.ts imports extension/features/orders/orders-csv.ts',
  ])
  assert.deepEqual(told('extension/features/popup/x.ts', "const csv = await import('../orders/orders-csv')"), [
    'extension/features/popup/x.ts imports extension/features/orders/orders-csv.ts',
  ])
  assert.deepEqual(told('extension/background/x.ts', "export { csvOf } from '../features/orders/orders-csv'"), [
    'extension/background/x.ts imports extension/features/orders/orders-csv.ts',
  ])
  assert.deepEqual(told('pages/shop/x.ts', "import { t } from '../../extension/i18n'"), ['pages/shop/x.ts imports extension/i18n/index.ts'])
  assert.deepEqual(
    told(
      'extension/features/orders/x.ts',
      "import { csvOf } from './orders-csv'\nimport { t } from '../../i18n'\nimport { mount } from 'svelte'",
    ),
    [],
  )
})

/** What `file` imports and must not. */
function breaches(file, imports) {
  const home = Object.keys(MAY_IMPORT).find(folder => isIn(file, folder))
  assert.ok(home, `${file} is in no folder that has a rule`)
  const own = APART.includes(home)
    ? file
        .split('/')
        .slice(0, home.split('/').length + 1)
        .join('/')
    : home
  const allowed = [own, ...MAY_IMPORT[home]]
  return imports.filter(imported => !allowed.some(folder => isIn(imported, folder))).map(imported => `${file} imports ${imported}`)
}

const isIn = (file, folder) => file.startsWith(`${folder}/`)

/** Circles among files, each as it is met first: what the last of them imports is on the way to it. */
function circlesIn(imports) {
  const circles = []
  const done = new Set()
  const visit = (file, way) => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' imports '))
    else if (!done.has(file)) for (const next of imports.get(file) ?? []) visit(next, [...way, file])
    done.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  return circles
}
