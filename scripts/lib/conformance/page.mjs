// docs/conformance.md: its words are written by hand, which tests show a statement is what ran.
import { PLACES } from './places.mjs'
import { DOCUMENTS, documentOf } from './statements.mjs'
import { numbersOf } from './numbers.mjs'

/**
 * Names of tests by the place where they ran and passed.
 *
 * @typedef {Map<string, Set<string>>} Ran
 */

/** The statements that none of these tests shows. */
export function missingOf(statements, ran) {
  const shown = new Set([...ran.values()].flatMap(names => [...names].flatMap(name => numbersOf(name).numbers)))
  return statements.map(({ number }) => number).filter(number => !shown.has(number))
}

/**
 * The page.
 *
 * @param {string} prose with `<!-- made -->` where it is said how the page is made, and `<!-- T002 -->` where a document's table goes
 * @param {{ number: string, text: string, remark?: string }[]} statements
 * @param {Ran} ran
 */
export function compose(prose, statements, ran) {
  const tables = Object.keys(DOCUMENTS).map(document => [document, table(of(statements, document), ran)])
  return [['made', made(statements, ran)], ...tables].reduce((page, [mark, text]) => {
    const parts = page.split(`<!-- ${mark} -->`)
    if (parts.length !== 2) throw new Error(`docs/conformance/prose.md says <!-- ${mark} --> ${parts.length - 1} times, not once`)
    return parts.join(text)
  }, prose)
}

const of = (statements, document) => statements.filter(({ number }) => documentOf(number) === document)

function made(statements, ran) {
  const missing = missingOf(statements, ran)
  const across = of(statements, 'T-U').length
  const shown = missing.length === 0 ? 'all are shown' : `*not shown yet: ${missing.join(', ')}*`
  return `This page is made from the names of the tests that ran and passed: by \`npm run conformance\`, and \`npm test\` breaks if a statement
has none, or if the page names one that did not run. ${statements.length - across} statements of five documents, ${across} across them: ${shown}.`
}

function table(statements, ran) {
  const rows = statements.map(({ number, text, remark }) => `| ${number} | ${text} | ${cell(number, remark, ran)} |`)
  return ['| No. | Statement | Shown by |', '|---|---|---|', ...rows].join('\n')
}

/** `*native:* …; *workerd:* …`, then the remark. */
function cell(number, remark, ran) {
  const groups = Object.entries(PLACES).flatMap(([place, words]) => {
    const names = [...(ran.get(place) ?? [])].filter(name => numbersOf(name).numbers.includes(number)).sort()
    return names.length > 0 ? [`*${words}:* ${names.map(name => `\`${name}\``).join(', ')}`] : []
  })
  const shown = groups.length > 0 ? groups.join('; ') : '*by no test*'
  return remark ? `${shown}. ${remark}` : shown
}

/**
 * Which tests a page names, by place: the inverse of `compose`.
 *
 * @returns {Ran}
 */
export function namedOn(page) {
  const cells = [...page.matchAll(/^\| T[\dU-]+ \| .*? \| (\*.*) \|$/gm)].map(([, text]) => text)
  return new Map(
    Object.entries(PLACES).map(([place, words]) => {
      const group = new RegExp(`(?<=^|; )\\*${words}:\\* ((?:\`[^\`]+\`(?:, )?)+)`, 'g')
      const lists = cells.flatMap(text => [...text.matchAll(group)].map(([, list]) => list))
      return [place, new Set(lists.flatMap(list => [...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)))]
    }),
  )
}
