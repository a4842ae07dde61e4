// What a list of numbers says: median, and the range that holds the middle nine tenths.

/** The value below which a share `q` of `numbers` lies, interpolated. */
export function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const below = Math.floor(place)
  const above = Math.ceil(place)
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below)
}

/** { n, p5, p50, p95 }, or null for no numbers. */
export function summary(numbers) {
  if (numbers.length === 0) return null
  const [p5, p50, p95] = [0.05, 0.5, 0.95].map(q => quantile(numbers, q))
  return { n: numbers.length, p5, p50, p95 }
}

/** { n, p25, p50, p75 } of few numbers, of which a twentieth would be none; or null for no numbers. */
export function quartiles(numbers) {
  if (numbers.length === 0) return null
  const [p25, p50, p75] = [0.25, 0.5, 0.75].map(q => quantile(numbers, q))
  return { n: numbers.length, p25, p50, p75 }
}

/**
 * How many times `others` take what `ours` take, round by round, as `what` says it.
 *
 * @template T
 * @param {number[]} others
 * @param {number[]} ours
 * @param {(numbers: number[]) => T} [what]
 */
export function ratio(others, ours, what = /** @type {any} */ (summary)) {
  return what(others.map((other, round) => other / ours[round]))
}
