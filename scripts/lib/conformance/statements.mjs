// The statements of the source documents, as docs/conformance/statements.json has them.
import { readFileSync } from 'node:fs'
import { at } from '../paths.mjs'
import { Stop } from '../say.mjs'

/** The documents by the beginnings of their statements' numbers, with how many each has; last what spans them. */
export const DOCUMENTS = { T000: 10, T001: 28, T002: 14, T003: 11, T004: 44, 'T-U': 6 }

const SEPARATOR = { 'T-U': '' }
const STATEMENTS = 'docs/conformance/statements.json'
/** Which statements there have to be: none can be dropped by leaving it out of the file. */
export const NUMBERS = Object.entries(DOCUMENTS).flatMap(([document, count]) =>
  Array.from({ length: count }, (_, index) => `${document}${SEPARATOR[document] ?? '-'}${index + 1}`),
)

/** The document that a statement is of. */
export const documentOf = number => Object.keys(DOCUMENTS).find(document => number.startsWith(document))

/**
 * The statements in the order of their numbers: `text`, and what else is to be said (`remark`). Stops if any is missing, of no
 * document, or without words.
 *
 * @returns {{ number: string, text: string, remark?: string }[]}
 */
export function readStatements(json = readFileSync(at(STATEMENTS), 'utf8')) {
  const statements = JSON.parse(json)
  const said = statements.map(({ number }) => number)
  const wrong = NUMBERS.findIndex((number, index) => said[index] !== number)
  if (wrong >= 0) throw new Stop(`${STATEMENTS}: ${NUMBERS[wrong]} is to stand at line ${wrong + 2}, and ${said[wrong] ?? 'nothing'} does.`)
  if (said.length > NUMBERS.length) throw new Stop(`${STATEMENTS}: ${said[NUMBERS.length]} is no statement of any document.`)
  const silent = statements.find(({ text }) => !text?.trim())
  if (silent) throw new Stop(`${STATEMENTS}: ${silent.number} has no words.`)
  return statements
}
