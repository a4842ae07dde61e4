// Which names count for the page: what ran, and of what could not run here what stands on the page already.
import { PLACES, STEPS } from './places.mjs'

/**
 * What ran and passed, by place. Of a test that no source has any more nothing counts.
 *
 * @param {import('./records.mjs').Record[]} records
 * @param {(name: string) => boolean} isInSources
 * @returns {import('./page.mjs').Ran}
 */
export function ranIn(records, isInSources) {
  return byPlace(place => of(records, place).flatMap(({ passed }) => passed.filter(isInSources)))
}

/**
 * What stands on the page and keeps standing though it did not run: a test that said why it cannot run here, those of a step that
 * cannot be taken here, and, where the page is composed by hand, those of a step that has not run yet.
 *
 * @param {import('./records.mjs').Record[]} records
 * @param {(name: string) => boolean} isInSources
 * @param {import('./page.mjs').Ran} standing
 * @param {boolean} isWhole whether every step has been taken, so that what has no record did not run
 * @returns {import('./page.mjs').Ran}
 */
export function keptOf(records, isInSources, standing, isWhole) {
  const ran = ranIn(records, isInSources)
  return byPlace(place => {
    const here = of(records, place)
    const isOpen = here.some(({ left }) => left) || (!isWhole && stepsAt(place).some(step => !here.some(({ title }) => title === step)))
    const skipped = new Set(here.flatMap(record => record.skipped))
    const names = [...(standing.get(place) ?? [])].filter(name => isInSources(name) && !ran.get(place).has(name))
    return names.filter(name => isOpen || skipped.has(name))
  })
}

/** Both together. */
export const together = (one, other) => byPlace(place => [...(one.get(place) ?? []), ...(other.get(place) ?? [])])

const byPlace = names => new Map(Object.keys(PLACES).map(place => [place, new Set(names(place))]))
const of = (records, place) => records.filter(record => record.place === place)
const stepsAt = place => Object.keys(STEPS).filter(title => STEPS[title] === place)
