// What being let in by way of home takes, as tables.
import { STAGES, STATIONS, WAYS } from './home.mjs'
import { number, spread, table, time } from './format.mjs'
import { GOALS } from './rows.mjs'

/** The stages of a procedure, in words. */
const TITLES = {
  identify: 'H1, H2: who it is, and the card’s nonce',
  open: 'H4: first password',
  agree: 'H3: session with the proxy',
  release: 'H5: second password',
  enter: 'H6, H7: session with the shop, and its key told',
  sign: 'the signature',
  order: 'H8: one request to the shop under the key',
}

const times = ({ p50, p5, p95 }) => `${number(p50)} (${number(p5)} – ${number(p95)})`
const goal = (what, reached, limit, write) =>
  `Goal for ${what}: at most ${write(limit)}; ${reached <= limit ? 'reached' : '**missed**'} at ${write(reached)} (median).`
const asTimes = value => `${number(value)} times`

/** All of it in Markdown, below headings of `#` and so many more. */
export function homeTables({ native, workerd, idle, purchases }) {
  return [
    '### Set-up beside a mutual TLS 1.3 handshake',
    setUp(native, workerd.one),
    '### Round trips, and who computes',
    chain(native),
    '### A signature while away',
    signature(native, workerd.one),
    '### Sessions a second through one proxy',
    many(workerd.many),
    '### A home that is connected and idle',
    idleTable(idle),
    '### A purchase by way of home',
    purchase(purchases),
  ].join('\n\n')
}

function setUp(native, one) {
  const places = [
    ...native.map(row => [`natively, ${row.roundTripMs === 0 ? 'loopback' : `${row.roundTripMs} ms a round trip on every way`}`, row]),
    ['parties on workerd, loopback', one],
  ]
  const rows = places.flatMap(([place, { tls, agree, enter, rsaEntrance }]) => [
    [place, 'TLS: the client may write', time(tls.mayWrite.p50), spread(tls.mayWrite), ''],
    ['', 'TLS: the server has let it in', time(tls.letIn.p50), spread(tls.letIn), '1'],
    ['', 'terminal and proxy (H3)', time(agree.ms.p50), spread(agree.ms), times(agree.times)],
    ['', 'shop, by way of home (H6, H7)', time(enter.ms.p50), spread(enter.ms), times(enter.times)],
    ['', 'the same in the document’s own form (RSA-OAEP)', time(rsaEntrance.p50), spread(rsaEntrance), ''],
  ])
  const goals = places.flatMap(([place, { agree, enter }]) => [
    goal(`terminal and proxy, ${place}`, agree.times.p50, GOALS.besideTls, asTimes),
    goal(`the shop by way of home, ${place}`, enter.times.p50, GOALS.besideTls, asTimes),
  ])
  return [
    table(['', 'until', 'median', 'p5 – p95', 'times TLS (p5 – p95)'], rows),
    '',
    ...goals,
    'TLS 1.3 by Node’s OpenSSL, X25519, certificates of RSA-2048 on both sides, a full handshake over a TCP connection that is there; its peer is a thread that does nothing else. Ours are HTTP requests over TCP connections that are there, to parties that verify, count against limits and write to SQLite what they keep: between terminal and proxy X25519, the proxy’s RSA-2048 proof and the terminal’s ES256; with the shop the shop’s RSA-2048 proof, verified by proxy and card, and the home card’s RSA-2048 signature in software, over a connection to home that is there. Both are timed until the other side has said that it let one in; a client of TLS may write a round trip before. The peer is the same in the rows of workerd.',
  ].join('\n')
}

function chain(native) {
  const [near] = native
  const rows = STAGES.map(stage => {
    const { ms, processorMs, trips } = near.stages[stage]
    return [
      TITLES[stage],
      ...WAYS.map(way => String(trips[way] || '')),
      ...STATIONS.map(name => time(processorMs[name].p50)),
      time(ms.p50),
      ...native.slice(1).map(row => time(row.stages[stage].ms.p50)),
    ]
  })
  const sum = way => STAGES.reduce((total, stage) => total + near.stages[stage].trips[way], 0)
  const all = name => STAGES.reduce((total, stage) => total + near.stages[stage].processorMs[name].p50, 0)
  const whole = row => time(STAGES.reduce((total, stage) => total + row.stages[stage].ms.p50, 0))
  rows.push(['together', ...WAYS.map(way => String(sum(way))), ...STATIONS.map(name => time(all(name))), ...native.map(whole)])
  const far = native.slice(1).map(row => `at ${row.roundTripMs} ms a way`)
  return [
    table(['stage', ...WAYS.map(way => way.replace('-', '–')), ...STATIONS, 'loopback', ...far], rows),
    '',
    'Round trips are counted by the relay on each way, the same in every round. Processor time natively, medians, each station a thread of its own. The home card and the terminal are played by the protocol’s functions: stretching the passwords, which is slow on purpose, is not in it.',
  ].join('\n')
}

function signature(native, one) {
  const [near] = native
  const { processorMs, trips } = near.stages.sign
  const together = STATIONS.reduce((sum, name) => sum + processorMs[name].p50, 0)
  const seen = trips['terminal-proxy']
  return [
    table(
      ['added to a signature at home', ...STATIONS, 'together', 'by the clock, loopback', 'on workerd'],
      [
        [
          `${seen} round trip${seen === 1 ? '' : 's'} of the terminal, within it ${trips['proxy-home']} of the proxy with home`,
          ...STATIONS.map(name => time(processorMs[name].p50)),
          time(together),
          time(near.stages.sign.ms.p50),
          time(one.stages.sign.ms.p50),
        ],
      ],
    ),
    '',
    `Goal for round trips: ${GOALS.awayTrips} more; ${seen <= GOALS.awayTrips ? 'reached' : '**missed**'} at ${seen}.`,
    goal('computing', together, GOALS.awayComputing, time),
    'What is added: records between terminal and proxy, the channel between access card and home card, the call to home. The signature itself and the keys of the order, which the card makes at home as well, are not in it, nor what the real card takes to read the order and to count down.',
  ].join('\n')
}

function many(rows) {
  const cells = ({ clients, sessions, perSecond, processorMs }) => [
    String(clients),
    String(sessions),
    number(perSecond.p50),
    `${number(perSecond.p5)} – ${number(perSecond.p95)}`,
    processorMs ? time(processorMs.p50) : '',
  ]
  return [
    table(
      ['terminals at a time', 'sessions a round', 'sessions a second', 'p5 – p95', 'processor time of workerd a session'],
      rows.map(cells),
    ),
    '',
    'Whole procedures, H1 to H8 and the end of the session, each of a terminal with its own home, all through one proxy object and to one shop, the worker as it is deployed. All objects of all parties share one processor of one workerd here, and terminals and homes the machine: the processor is the limit. Of one terminal a proxy keeps at most four sessions at a time, each until a minute after its end.',
  ].join('\n')
}

function idleTable({ rows, pingsAnHour }) {
  const megabytes = bytes => (bytes === undefined ? '' : `${(bytes / 1e6).toFixed(1)} MB`)
  const [none] = rows
  const each = ({ connections, asleepBytes }) =>
    connections && asleepBytes ? `${number(Math.max(0, asleepBytes - none.asleepBytes) / connections / 1000)} kB` : ''
  return [
    table(
      [
        'connections',
        'workerd, asleep',
        'a connection',
        'workerd, after a request',
        'a ping',
        'first request after sleep, later than the next by',
      ],
      rows.map(row => [
        row.connections.toLocaleString('en'),
        megabytes(row.asleepBytes),
        each(row),
        megabytes(row.awakeBytes),
        row.pingMs === undefined ? '' : time(Math.max(0, row.pingMs)),
        time(Math.max(0, row.wakesMs)),
      ]),
    ),
    '',
    `Resident memory of workerd with all parties in it, after thirteen seconds in which nobody said anything; connections by TCP of this machine. A ping’s processor time is workerd’s, answer included. A home browser sends ${pingsAnHour} pings an hour and nothing else while nobody borrows; the platform answers them, and the party is not woken. What Cloudflare bills is not measured here.`,
  ].join('\n')
}

function purchase({ count, home, away, times: longer }) {
  return [
    table(
      ['Approve to the courier’s acceptance', 'median', 'p5 – p95', 'times at home (p5 – p95)'],
      [
        ['at home, by PIN', time(home.p50), spread(home), '1'],
        ['away, by two passwords and the card at home', time(away.p50), spread(away), times(longer)],
      ],
    ),
    '',
    `${count} of each in turn, two browsers with the real extension and the software card, parties on workerd, all on this machine. At home one PIN is stretched, away two passwords, by the card at home.`,
  ].join('\n')
}
