// The comparison as a chart: medians as bars on a logarithmic scale, p5 to p95 as a line over them.
import { GOALS, NAMES, READY } from './rows.mjs'

const WIDTH = 880
const LEFT = 320
const RIGHT = 90
const BAR = 16
const STEP = 28

const escaped = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const label = ms => (ms < 1 ? `${Number((ms * 1000).toPrecision(3))} µs` : `${Number(ms.toPrecision(3))} ms`)

/** The SVG, readable on light and dark pages. */
export function chart({ sealing, date, machine }) {
  const groups = [
    { title: '(a) keys at hand', rows: bars(sealing.ready, READY), goal: GOALS.ready },
    { title: '(b) from identifiers', rows: bars(sealing.names, NAMES), goal: GOALS.names },
    {
      title: '(c) a complete order',
      rows: [{ title: 'Tallystick, with signature', ms: sealing.order.whole, ours: true }],
      goal: GOALS.order,
    },
  ]
  const all = groups.flatMap(({ rows, goal }) => [goal, ...rows.flatMap(({ ms }) => [ms.p5, ms.p95])])
  const low = 10 ** Math.floor(Math.log10(Math.min(...all)))
  const high = 10 ** Math.ceil(Math.log10(Math.max(...all)))
  const x = ms => LEFT + ((Math.log10(ms) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))) * (WIDTH - LEFT - RIGHT)
  const parts = []
  let y = 56
  for (const { title, rows, goal } of groups) {
    parts.push(`<text class="group" x="16" y="${y + 12}">${escaped(title)}</text>`)
    const top = y + 20
    y = top
    for (const row of rows) {
      parts.push(bar(row, y, x, low))
      y += STEP
    }
    parts.push(`<path class="goal" d="M${x(goal).toFixed(1)} ${top - 4}V${y - 8}"/>`)
    y += 16
  }
  const ticks = []
  for (let tick = low; tick <= high * 1.01; tick *= 10) {
    ticks.push(
      `<path class="tick" d="M${x(tick).toFixed(1)} 52V${y}"/><text class="axis" x="${x(tick).toFixed(1)}" y="${y + 16}" text-anchor="middle">${label(tick)}</text>`,
    )
  }
  const height = y + 52
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">Sealing three payloads of 300 bytes for three readers</title>
<desc id="description">${escaped(groups.flatMap(({ title, rows }) => rows.map(row => `${title}, ${row.title}: ${label(row.ms.p50)}`)).join('; '))}.</desc>
<style>
  svg { background: #fff; color: #1f2328; font: 13px system-ui, sans-serif }
  text { fill: currentColor } .heading { font-size: 16px; font-weight: 600 } .group { font-weight: 600 } .axis, .note { font-size: 11px; opacity: .75 }
  .bar { fill: #9aa5b1 } .ours { fill: #b4472d } .range { stroke: currentColor; stroke-width: 1.5 } .tick { stroke: currentColor; opacity: .15 }
  .goal { stroke: #2b6f4f; stroke-width: 2; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) { svg { background: #15181c; color: #e6e8eb } .bar { fill: #5c6773 } .ours { fill: #e0714f } .goal { stroke: #6cc39a } }
</style>
<text class="heading" x="16" y="28">Sealing three payloads of 300 bytes for three readers</text>
${ticks.join('\n')}
${parts.join('\n')}
<text class="note" x="16" y="${height - 10}">Median, and p5 to p95 as a line; logarithmic; dashed: the goal. ${escaped(machine)}, ${date}.</text>
</svg>
`
}

function bars(measured, names) {
  return measured.map(({ name, ms }) => ({ title: names[name].title, ms, ours: name === 'tallystick' }))
}

function bar({ title, ms, ours }, y, x, low) {
  const [from, to, p5, p95] = [low, ms.p50, ms.p5, ms.p95].map(value => x(value).toFixed(1))
  const middle = y + BAR / 2
  return [
    `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escaped(title)}</text>`,
    `<rect class="bar${ours ? ' ours' : ''}" x="${from}" y="${y}" width="${(to - from).toFixed(1)}" height="${BAR}"/>`,
    `<path class="range" d="M${p5} ${middle}H${p95}"/>`,
    `<text x="${(Math.max(to, p95) + 8).toFixed(1)}" y="${y + 13}">${label(ms.p50)}</text>`,
  ].join('')
}
