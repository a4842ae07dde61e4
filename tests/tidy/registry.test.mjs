// Numbers of messages and context strings stand in one file, which gives each once.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { at } from '../../scripts/lib/paths.mjs'
import { filesUnder } from './sources.mjs'

const REGISTRY = 'crates/protocol/src/wire/registry.rs'
/** What tests say of themselves is theirs. */
const ofTests = /(^|\/)tests?(\/|\.rs$)/

const sources = filesUnder(['crates', 'wasm', 'worker'], ['.rs']).filter(file => file !== REGISTRY && !ofTests.test(file))

/** The lines of a file, without its module of tests. */
const linesOf = file => readFileSync(at(file), 'utf8').split('#[cfg(test)]\nmod tests {')[0].split('\n')

test('no context string is written outside the registry', () => {
  assert.ok(sources.length > 300)
  const found = sources.flatMap(file =>
    linesOf(file)
      .filter(line => /"tallystick\/v\d/.test(line))
      .map(line => `${file}: ${line.trim()}`),
  )
  assert.deepEqual(found, [])
})

test('no message has a number of its own', () => {
  const found = sources.flatMap(file =>
    linesOf(file)
      .filter(line => /const TYPE: u16 = \d/.test(line))
      .map(line => `${file}: ${line.trim()}`),
  )
  assert.deepEqual(found, [])
})
