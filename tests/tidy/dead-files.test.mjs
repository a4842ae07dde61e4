// Every file is there for somebody: what nothing imports or runs goes.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { filesUnder, importsOf } from './sources.mjs'

const CODE = ['.ts', '.svelte', '.mjs']
const PRODUCT = ['extension', 'pages']
const WORKSHOP = ['scripts', 'tests']

/** Run by whoever draws: each says at its head how. */
const BY_HAND = ['extension/assets/render-icons.mjs', 'extension/preview/shots.mjs']

/** Code by its path from the root: given to a tool, or loaded by itself in a test. */
const PATH = /[\w./-]+\.(?:ts|svelte|mjs)\b/g
/** A command of the documentation. */
const COMMAND = /(?<=\bnode )[\w./-]+\.mjs\b/g

test('every file of the extension and of the pages is reached from a page or from the manifest', () => {
  const first = [...filesUnder(PRODUCT, ['.html']), ...named('manifest.json'), ...BY_HAND]
  assert.deepEqual(unreached(filesUnder(PRODUCT, CODE), first, importsOf), [])
})

test('every script and every file of tests is run or used', () => {
  const documents = [...filesUnder(['docs'], ['.md']), 'README.md', 'SECURITY.md']
  const first = [
    ...filesUnder(['tests'], ['.test.mjs']),
    ...named('package.json'),
    ...named('vite.config.ts'),
    ...documents.flatMap(file => named(file, COMMAND)),
  ]
  assert.deepEqual(
    unreached(filesUnder(WORKSHOP, CODE), first, file => [...importsOf(file), ...named(file)]),
    [],
  )
})

test('a file that only another dead file imports is dead', () => {
  const imports = { a: ['b'], b: [], c: ['d'], d: ['c'] }
  assert.deepEqual(
    unreached(Object.keys(imports), ['a'], file => imports[file]),
    ['c', 'd'],
  )
})

/** Which of `files` cannot be reached from `first` by what each names. */
function unreached(files, first, next) {
  const reached = new Set()
  const open = [...first]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    open.push(...(next(file) ?? []))
  }
  return files.filter(file => !reached.has(file))
}

/** The files that a text names by their paths from the root. A comment's word does not count. */
function named(file, how = PATH) {
  const text = readFileSync(at(file), 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, '')
  return [...text.matchAll(how)].map(([path]) => path).filter(path => existsSync(at(path)))
}
