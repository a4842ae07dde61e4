// The tests that stand in the sources, by name: whether they run is for a run to say.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { at } from '../paths.mjs'

const FOLDERS = ['crates', 'wasm', 'worker', 'tests']
/** What these say in names they say of themselves. */
const NOT_OURS = /(^|\/)(node_modules|target|pkg)\/|^tests\/tidy\//
const RUST = /#\[(?:wasm_bindgen_)?test\](?:\s*(?:#\[[^\]]*\]|\/\/[^\n]*))*\s*(?:pub )?(?:async )?fn (\w+)/g
const NODE = /\b(?:test|it)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g

/**
 * Every test of the sources: its name, where it stands, and whether a name that a runner prints is its.
 *
 * @returns {{ file: string, name: string, is: (name: string) => boolean }[]}
 */
export function testsInSources() {
  return FOLDERS.flatMap(folder => readdirSync(at(folder), { recursive: true }).map(name => join(folder, String(name))))
    .filter(file => /(\.rs|\.test\.mjs)$/.test(file) && !NOT_OURS.test(file) && statSync(at(file)).isFile())
    .sort()
    .flatMap(file => testsIn(file, readFileSync(at(file), 'utf8')))
}

/** The tests in a file with this text. */
export function testsIn(file, text) {
  if (file.endsWith('.rs')) return [...text.matchAll(RUST)].map(([, name]) => ({ file, name, is: other => other === name }))
  return [...text.matchAll(NODE)].map(([, quote, title]) => {
    const name = title.replaceAll(/\\(['"`])/g, '$1')
    if (quote !== '`') return { file, name, is: other => other === name }
    const pattern = new RegExp(
      `^${name
        .split(/\$\{[^}]*\}/)
        .map(literal)
        .join('.+')}$`,
    )
    return { file, name, is: other => pattern.test(other) }
  })
}

const literal = text => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
