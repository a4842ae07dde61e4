// docs/shops.md shows what the examples really have, and the examples are as short as it says.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { blocksOf } from '../support/document.mjs'

const DOCUMENT = 'docs/shops.md'
const SERVER_LINES_MAX = 60

test('what is shown of an example stands in it', () => {
  const shown = blocksOf(DOCUMENT).filter(({ marks }) => marks.from)
  assert.ok(shown.length >= 4)
  for (const { marks, code } of shown) {
    assert.ok(readFileSync(at(String(marks.from)), 'utf8').includes(code), `${marks.from} does not have:\n${code}`)
  }
})

test('the document has something to run, and takes away what it adds', () => {
  const run = blocksOf(DOCUMENT).filter(({ marks }) => marks.run)
  assert.ok(run.length >= 5)
  assert.ok(run.every(({ language }) => language === 'sh'))
  assert.deepEqual(
    run.filter(({ marks }) => marks.last).map(({ code }) => code),
    ['npm run add-shop -- my-honey --remove\n'],
  )
})

test('the server of the example is as short as is said', () => {
  const lines = readFileSync(at('examples/express/server.mjs'), 'utf8').trimEnd().split('\n').length
  assert.ok(lines <= SERVER_LINES_MAX, `${lines} lines`)
  assert.ok(readFileSync(at(DOCUMENT), 'utf8').includes(`${lines} lines of server`), `the document says another number than ${lines}`)
})

test('every file that the document and the READMEs link to is there', () => {
  for (const document of [
    DOCUMENT,
    'packages/page/README.md',
    'packages/server/README.md',
    'examples/express/README.md',
    'examples/static/README.md',
  ]) {
    const text = readFileSync(at(document), 'utf8')
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)\)/g))
      assert.ok(existsSync(at(join(dirname(document), target))), `${document}: ${target}`)
  }
})
