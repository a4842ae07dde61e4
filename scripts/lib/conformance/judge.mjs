// Holds docs/conformance.md and the statements against what ran.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { at } from '../paths.mjs'
import { Stop, say } from '../say.mjs'
import { keptOf, ranIn, together } from './counted.mjs'
import { compose, missingOf, namedOn } from './page.mjs'
import { PLACES, STEPS } from './places.mjs'
import { digestOfSources, readRecords } from './records.mjs'
import { testsInSources } from './sources.mjs'
import { readStatements } from './statements.mjs'

const PAGE = 'docs/conformance.md'

/**
 * The page as it is, as it is to be, and the statements that nothing shows that ran.
 *
 * @param {{ isWhole: boolean }} how whether every step has been taken
 */
function judged({ isWhole }) {
  const page = existsSync(at(PAGE)) ? readFileSync(at(PAGE), 'utf8') : ''
  const tests = testsInSources()
  const known = new Map()
  const isInSources = name => {
    if (!known.has(name))
      known.set(
        name,
        tests.some(test => test.is(name)),
      )
    return known.get(name)
  }
  const records = readRecords()
  const statements = readStatements()
  const ran = ranIn(records, isInSources)
  const kept = keptOf(records, isInSources, namedOn(page), isWhole)
  const composed = compose(readFileSync(at('docs/conformance/prose.md'), 'utf8'), statements, together(ran, kept))
  return { page, composed, records, statements, ran, kept }
}

/**
 * The last steps of `npm test`: each statement has a test that ran and passed, and the page names none that did not. Tests that are not
 * on it yet are said.
 */
export async function conformance(suite) {
  await suite.check('Statements of the documents', () => {
    const { statements, ran } = judged({ isWhole: true })
    const missing = missingOf(statements, ran)
    if (missing.length > 0)
      throw new Stop(`${missing.length} of ${statements.length} statements are not shown.`, sentences(missing, statements))
    return `Each of ${statements.length} statements has a test that ran and passed.`
  })
  await suite.check(`${PAGE} names what ran`, () => {
    const { page, composed, ran, kept } = judged({ isWhole: true })
    sayKept(kept)
    const shown = namesOf(together(ran, kept))
    const strange = [...namesOf(namedOn(page))].filter(name => !shown.has(name))
    if (strange.length > 0)
      throw new Stop(
        `${PAGE} names tests that did not run and pass. "npm run conformance" writes it anew; then commit it.`,
        strange.join('\n'),
      )
    if (page !== composed) return `It can say more: "npm run conformance" writes it anew.\n${difference(page, composed)}`
  })
}

/** Writes the page from what is recorded, says what that is, and stops if a statement is not shown. */
export function writePage() {
  const { page, composed, records, statements, ran, kept } = judged({ isWhole: false })
  Object.keys(STEPS).forEach(title => say(`${title}: ${stateOf(records.find(record => record.title === title))}`))
  sayKept(kept)
  writeFileSync(at(PAGE), composed)
  say(page === composed ? `${PAGE} is as it was.` : `${difference(page, composed)}\n${PAGE} is written.`)
  const missing = missingOf(statements, together(ran, kept))
  if (missing.length > 0)
    throw new Stop(`${missing.length} of ${statements.length} statements are not shown.`, sentences(missing, statements))
}

function stateOf(record) {
  if (!record) return 'has not run since the last whole run began'
  if (record.left) return 'could not be taken here'
  const since = record.sources === digestOfSources() ? 'of the sources as they are' : 'of OTHER SOURCES than these; run it again to be sure'
  return `${record.passed.length} tests with a number, ${since}`
}

function sayKept(kept) {
  for (const [place, names] of kept)
    if (names.size > 0) say(`${PLACES[place]}: ${names.size} did not run here, and stand on the page as they stood`)
}

/** Whatever the place. */
const namesOf = byPlace => new Set([...byPlace.values()].flatMap(names => [...names]))

const sentences = (missing, statements) =>
  missing
    .map(number => {
      const { text } = statements.find(statement => statement.number === number)
      return `${number} is shown by no test that ran and passed: ${text}`
    })
    .join('\n')

/** Which names came and went, by place; or that it is the words. */
function difference(page, composed) {
  const [before, after] = [namedOn(page), namedOn(composed)]
  const lines = Object.keys(PLACES).flatMap(place => [
    ...[...after.get(place)].filter(name => !before.get(place).has(name)).map(name => `+ ${PLACES[place]}: ${name}`),
    ...[...before.get(place)].filter(name => !after.get(place).has(name)).map(name => `- ${PLACES[place]}: ${name}`),
  ])
  return lines.length > 0 ? lines.join('\n') : 'The same tests; other words.'
}
