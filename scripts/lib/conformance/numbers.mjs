// The numbers of statements in the names of tests: `t003_1_t003_2_…` in Rust, `t003_1 t_u5 …` elsewhere.

const NUMBER = /^t(?:(\d{3})_|_u)(\d+)(?:[_ ]|$)/
/** A number that stands where nobody who looks for it by its beginning finds it, or in the documents' own writing. */
const ELSEWHERE = /(?<![A-Za-z0-9])(?:t\d{3}_\d|t_u\d|T\d{3}-\d|T-U\d)/

/** The numbers at the front of a test's name, as the statements are numbered (T003-1, T-U5), and what follows them. */
export function numbersOf(name) {
  const numbers = []
  let rest = name
  for (let found = rest.match(NUMBER); found; found = rest.match(NUMBER)) {
    numbers.push(found[1] ? `T${found[1]}-${found[2]}` : `T-U${found[2]}`)
    rest = rest.slice(found[0].length)
  }
  return { numbers, rest }
}

/** What is wrong with the numbers of a name, as a sentence; undefined if nothing is. */
export function faultOf(name) {
  const { numbers, rest } = numbersOf(name)
  if (ELSEWHERE.test(rest)) return 'Numbers of statements stand first in a name, each as t003_1 or t_u5.'
  if (numbers.length === 0) return undefined
  if (/^\d+[_ ]/.test(rest)) return 'Each number is written out: t003_1_t003_2, not t003_1_2.'
  if (/[`|\n]/.test(name)) return 'A name with a number has neither backtick nor bar, for it stands in a table.'
  return undefined
}
