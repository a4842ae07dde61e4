// Statements of the documents and names of tests agree, as far as sources can tell: that the tests run is for `npm test` to say.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { faultOf, numbersOf } from '../../scripts/lib/conformance/numbers.mjs'
import { PLACES } from '../../scripts/lib/conformance/places.mjs'
import { namedOn } from '../../scripts/lib/conformance/page.mjs'
import { testsInSources } from '../../scripts/lib/conformance/sources.mjs'
import { readStatements } from '../../scripts/lib/conformance/statements.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { filesUnder } from './sources.mjs'

const tests = testsInSources()
const statements = readStatements()
const isTest = name => tests.some(test => test.is(name))

test('every number in a test’s name is a statement’s', () => {
  assert.ok(tests.length > 2000, `${tests.length} tests were found in the sources`)
  const known = new Set(statements.map(({ number }) => number))
  const unknown = tests.filter(({ name }) => numbersOf(name).numbers.some(number => !known.has(number)))
  assert.deepEqual(unknown.map(where), [])
})

test('every number stands first in its name, written out', () => {
  const wrong = tests.filter(({ name }) => faultOf(name.replaceAll(/\$\{[^}]*\}/g, '')))
  assert.deepEqual(wrong.map(where), [])
})

test('every statement has a test in the sources', () => {
  const shown = new Set(tests.flatMap(({ name }) => numbersOf(name).numbers))
  const missing = statements.filter(({ number }) => !shown.has(number))
  assert.deepEqual(
    missing.map(({ number, text }) => `${number}: ${text}`),
    [],
  )
})

test('docs/conformance.md names no test that is not in the sources', () => {
  const named = namedOn(readFileSync(at('docs/conformance.md'), 'utf8'))
  assert.ok([...named.values()].reduce((sum, { size }) => sum + size, 0) > 400)
  const strange = [...named].flatMap(([place, names]) => [...names].filter(name => !isTest(name)).map(name => `${PLACES[place]}: ${name}`))
  assert.deepEqual(strange, [])
})

test('no document names a test with a number that is not in the sources', () => {
  const documents = [...filesUnder(['docs'], ['.md', '.json']), 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']
  assert.deepEqual(
    gone(documents, name => numbersOf(name).numbers.length > 0),
    [],
  )
})

test('nor does what stands around the statements name one without', () => {
  assert.deepEqual(
    gone(filesUnder(['docs/conformance'], ['.md', '.json']), name => /^[a-z0-9]+(_[a-z0-9]+){3,}$/.test(name)),
    [],
  )
})

/** What these files set in the font of code that `looksLikeTest`, and is none. */
function gone(files, looksLikeTest) {
  return files.flatMap(file =>
    [...readFileSync(at(file), 'utf8').matchAll(/`([^`\n]+)`/g)]
      .map(([, name]) => name)
      .filter(name => looksLikeTest(name) && !name.includes('…') && !isTest(name))
      .map(name => `${file}: ${name}`),
  )
}

const where = ({ file, name }) => `${file}: ${name}`
