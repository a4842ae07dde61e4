// The blocks of code in a document, and what stands behind the language: `sh run until="…"`.
import { readFileSync } from 'node:fs'
import { at } from '../../scripts/lib/paths.mjs'

const BLOCK = /^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm
const WORD = /([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?/g

/**
 * Every block of a document of the repository, in its order. What stands behind the language is in `marks`, by its word; a word alone
 * is true.
 *
 * @param {string} path
 * @returns {{ language: string, marks: Record<string, string | true>, code: string }[]}
 */
export function blocksOf(path) {
  return [...readFileSync(at(path), 'utf8').matchAll(BLOCK)].map(([, language, behind, code]) => {
    const marks = [...behind.matchAll(WORD)].map(([, word, quoted, plain]) => [word, quoted ?? plain ?? true])
    return { language, marks: Object.fromEntries(marks), code }
  })
}
