// docs/reliability.md is true: every sentence it quotes is said, every test it names is there.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { exportOf, flat } from './support/catalogues.mjs'

const page = readFileSync(at('docs/reliability.md'), 'utf8').replaceAll(/\s+/g, ' ')
const json = path => JSON.parse(readFileSync(at(path), 'utf8'))

/** The text of all files with that ending below a folder. */
function textOf(folder, ending) {
  const names = readdirSync(at(folder), { recursive: true }).filter(name => name.endsWith(ending))
  return names.map(name => readFileSync(at(folder, name), 'utf8')).join('\n')
}

test('every test that docs/reliability.md names is there', () => {
  const native =
    textOf('crates', '.rs') + textOf('tests/simulation', '.rs') + textOf('tests/exhaustive', '.rs') + textOf('wasm/reader/tests', '.rs')
  const browser = textOf('tests/e2e', '.test.mjs')
  const said = [...page.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
  const named = said.filter(name => /[ _]/.test(name) && !name.startsWith('npm '))
  assert.ok(named.length >= 50, `only ${named.length} tests are named`)
  for (const name of named) {
    const there = name.includes(' ') ? browser.includes(`test('${name}'`) : native.includes(`fn ${name}()`)
    assert.ok(there, `there is no test “${name}”`)
  }
})

test('every sentence that docs/reliability.md quotes is said', async () => {
  const said = [
    json('extension/i18n/en.json'),
    json('extension/i18n/problems/en.json'),
    flat(await exportOf('pages/shared/i18n/en/shop.ts')),
  ]
  const sentences = said.flatMap(catalogue => Object.values(catalogue))
  const quoted = [...page.matchAll(/“([^”]+)”/g)].map(([, sentence]) => sentence).filter(sentence => sentence !== 'quotation marks')
  assert.ok(quoted.length >= 35, `only ${quoted.length} sentences are quoted`)
  for (const sentence of quoted)
    assert.ok(
      sentences.some(text => text.includes(sentence)),
      `nobody says “${sentence}”`,
    )
})
