// What each step of a test run showed, kept until that step runs again.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { at } from '../paths.mjs'
import { digest } from '../stamps.mjs'
import { numbersOf } from './numbers.mjs'

const recordsFolder = at('target/conformance')

/**
 * @typedef {object} Record
 * @property {string} title of the step
 * @property {string} place where its tests run
 * @property {string} sources digest of the sources it ran on
 * @property {string[]} passed names with a number of tests that ran and passed
 * @property {string[]} skipped names with a number of tests that said why they cannot run here
 * @property {boolean} left whether the whole step could not be taken here
 */

/** Forgets what earlier runs showed: a whole run shows everything by itself. */
export function forgetRecords(folder = recordsFolder) {
  rmSync(folder, { recursive: true, force: true })
}

/** Keeps what a step showed, in the place of what it showed before. */
export function keepRecord({ title, place, passed = [], skipped = [], left = false }, folder = recordsFolder) {
  const record = { title, place, sources: digestOfSources(), passed: numbered(passed), skipped: numbered(skipped), left }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.json`), `${JSON.stringify(record, undefined, 1)}\n`)
}

/**
 * Every record that there is.
 *
 * @returns {Record[]}
 */
export function readRecords(folder = recordsFolder) {
  const files = existsSync(folder) ? readdirSync(folder).sort() : []
  return files.map(file => JSON.parse(readFileSync(join(folder, file), 'utf8')))
}

const numbered = names => [...new Set(names.filter(name => numbersOf(name).numbers.length > 0))].sort()

/** What tests depend on: everything that is written by hand, but the documents and what people see. */
const SOURCES = [
  'Cargo.toml',
  'Cargo.lock',
  'package-lock.json',
  'crates',
  'wasm',
  'worker',
  'extension',
  'pages',
  'scripts',
  'packages',
  'examples',
  'tests',
]

/** @type {string | undefined} */
let sources
/** A digest of the sources; of one process it is one, for a run does not change them. */
export function digestOfSources() {
  sources ??= digest(SOURCES, [])
  return sources
}
