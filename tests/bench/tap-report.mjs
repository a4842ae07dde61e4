// What a contactless card's payment takes, as tables.
import { number, spread, table, time } from './format.mjs'
import { WHO } from './tap.mjs'

/** What a settlement may take of all processors together with the card in software, in milliseconds; by how much many others may make it dearer. */
const COMPUTING_MAX = 25
const RATIO_MAX = 1.2

const TITLES = {
  server: 'security server',
  card: 'card',
  wallet: 'wallet, which relays',
  shop: 'shop, its signatures',
  front: 'front, its signatures',
}
const KINDS = { reading: 'reading the card', settlement: 'settlement' }
const between = ({ p25, p50, p75 }, write) => `${write(p50)} (${write(p25)} – ${write(p75)})`
const goal = (what, reached, limit, write) =>
  `Goal for ${what}: at most ${write(limit)}; ${reached <= limit ? 'reached' : '**missed**'} at ${write(reached)} (median).`

/** All of it in Markdown, below headings of `###`; without purchases, if there were none. */
export function tapTables({ native, purchases }) {
  const [few] = native.rows
  return [
    '### Whose processor time',
    whose(few),
    goal(
      'computing, the card in software, reading and settlement together',
      few.reading.together.p50 + few.settlement.together.p50,
      COMPUTING_MAX,
      time,
    ),
    'Natively, one thread, medians (quartiles) over the rounds, of each by itself; RSA by the `rsa` crate, SQLite and the card’s memory in memory. Reading is INITIALIZE UPDATE, EXTERNAL AUTHENTICATE with READ, and the signed reading. Settlement is all that follows: the shop signs its request (SIG1); the front verifies it and hands it on; the security server verifies both and proposes; the shop bills (SIG2), which is verified; in the tap the card is authenticated and pays; the outcome is signed, verified by the wallet, and sent to the front, which signs that it has it. The card is switched on for each tap, and that counts. Of shop and front it is what they sign and verify here, nothing of their books, and nothing of the order around it.',
    '### Beside a bare session, and a signature',
    besides(few, native.peers),
    'In turn with the settlements, in the same process and round: a bare session of SCP03 is the keys of the card from the master, mutual authentication, and one command and its response as long as DEBIT’s, with the same channel and nothing else; a signature is one of RSA-2048 (PSS). Ratios round by round.',
    '### Settlements a second, and many cards',
    sizes(native.rows),
    goal('the ratio', Math.max(...native.rows.slice(1).map(row => row.settlement.timesFirst.p50)), RATIO_MAX, number),
    'One security server, its own processor time alone. So many cards, readings, settlements, credits, entries of the log and statements are in its tables beside those of the eight cards that pay.',
    '### Round trips',
    trips(native.exchanges),
    ...(purchases ? ['### Purchases in Chromium', bought(purchases)] : []),
  ].join('\n\n')
}

function whose(row) {
  const kinds = Object.keys(KINDS)
  const rows = [...WHO, 'together'].map(who => [TITLES[who] ?? who, ...kinds.map(kind => between(row[kind][who], time))])
  return table(['', ...Object.values(KINDS)], rows)
}

function besides({ reading, settlement }, { session, signature }) {
  return table(
    ['', 'takes', 'reading takes so many times that', 'settlement'],
    [
      [
        'bare session of SCP03, the host',
        between(session.server, time),
        between(reading.besideSession, number),
        between(settlement.besideSession, number),
      ],
      [
        'bare session of SCP03, the card',
        between(session.card, time),
        between(reading.cardBesideSession, number),
        between(settlement.cardBesideSession, number),
      ],
      [
        'one signature, the security server’s time beside it',
        between(signature, time),
        between(reading.besideSignature, number),
        between(settlement.besideSignature, number),
      ],
    ],
  )
}

function sizes(rows) {
  const cells = ({ others, settlement, reading }) => [
    others.toLocaleString('en'),
    between(settlement.server, time),
    between(settlement.perSecond, number),
    between(settlement.timesFirst, number),
    between(reading.server, time),
    between(reading.timesFirst, number),
  ]
  return table(['in the tables', 'settlement', 'a second', 'times the first', 'reading', 'times the first'], rows.map(cells))
}

function trips({ reading, settlement }) {
  const rows = ({ requests }, kind) => requests.map(([from, to, what]) => [kind, from, to, what])
  const atReader = ({ requests }) => requests.filter(([, , what]) => what === 'POST /v1/taps/answers').length
  const counted = [rows(reading, KINDS.reading), rows(settlement, KINDS.settlement)].flat()
  return [
    table(['', 'from', 'to', 'request'], counted),
    '',
    `From the moment the card is at the reader, a reading takes ${atReader(reading)} requests of the wallet and ${reading.commands} commands of the card, and a payment ${atReader(settlement)} requests and ${settlement.commands} commands, SELECT apart: the answer to INITIALIZE UPDATE goes out, the block comes; its answers go out, the outcome comes. The first request of each, /v1/taps, can go before the card is there. Beside those listed, the front talks with the shop: it has the request with the shop’s own request for authorisation, and asks it for the bill (one request).`,
  ].join('\n')
}

function bought({ browser, reader }) {
  const places = [
    ['card in the browser', browser],
    ['card behind WebHID', reader],
  ].filter(([, measured]) => measured?.tap)
  const cells = (title, { ms, requests, taps, processorMs }, times) => [
    title,
    time(ms.p50),
    spread(ms),
    times ? `${number(times.p50)} (${number(times.p5)} – ${number(times.p95)})` : '1',
    number(requests.p50),
    number(taps.p50),
    processorMs ? time(processorMs.p50) : '',
  ]
  const rows = places.flatMap(([title, { tap, account, times }]) => [
    cells('the account pays', account),
    cells(`${title} pays`, tap, times),
  ])
  const readings = places.map(([title, { tap }]) => `Reading the ${title} took ${time(tap.reading.p50)} (${spread(tap.reading)}).`)
  const line =
    reader?.line && `Over the line went ${number(reader.line.commands.p50)} commands in ${number(reader.line.frames.p50)} reports.`
  return [
    table(['', 'Approve to acceptance', 'p5 – p95', 'times the account', 'requests', 'of taps', 'processor time of the parties'], rows),
    '',
    `${places[0][1].count} purchases each, in turn, all parties in one workerd on the loopback. Requests are those of the wallet’s service worker after Approve, those to be told “not yet” among them.`,
    ...readings,
    ...(line ? [line] : []),
    ...(reader?.without ? [`Not behind WebHID here: ${reader.without}`] : []),
  ].join('\n')
}
