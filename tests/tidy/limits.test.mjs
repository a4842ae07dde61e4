// A limit is named one way: what it limits first, MAX or MIN last.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { filesUnder } from './sources.mjs'

const FOLDERS = ['crates', 'wasm', 'worker', 'extension', 'pages', 'scripts', 'tests', 'packages']
const IN_FRONT = /\b(?:const|static) (?:MAX|MIN)_[A-Z0-9_]+\b/

test('no limit has MAX or MIN in front', () => {
  const found = filesUnder(FOLDERS, ['.rs', '.ts', '.svelte', '.mjs']).flatMap(file =>
    readFileSync(at(file), 'utf8')
      .split('\n')
      .filter(line => IN_FRONT.test(line))
      .map(line => `${file}: ${line.trim()}`),
  )
  assert.deepEqual(found, [])
})
