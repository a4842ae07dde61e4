// Numbers and tables as the report writes them.

export const number = (value, digits = 3) => (value >= 100 ? value.toFixed(0) : Number(value.toPrecision(digits)).toString())
export const time = ms => (ms < 1 ? `${number(ms * 1000)} µs` : `${number(ms)} ms`)
export const spread = ({ p5, p95 }) => `${time(p5)} – ${time(p95)}`

/** Columns wide enough for what is in them. */
export function table(header, rows) {
  const widths = header.map((_, place) => Math.max(...[header, ...rows].map(row => [...row[place]].length)))
  const line = row => `| ${row.map((cell, place) => cell + ' '.repeat(widths[place] - [...cell].length)).join(' | ')} |`
  return [line(header), `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n')
}
