// The results as text: one table for stdout and docs/bench.md alike, in Markdown.
import { MESSAGES } from './between.mjs'
import { number, spread, table, time } from './format.mjs'
import { homeTables } from './home-report.mjs'
import { COMMANDS, GOALS, LINES, NAMES, ORDER, PROPERTIES, PURCHASE, READY, REQUESTS, STEPS } from './rows.mjs'

const kilobytes = bytes => (bytes === null ? '' : `${(bytes / 1000).toFixed(1)} kB`)

/** Whether a goal was reached, as a sentence. */
const goal = (what, reached, limit) =>
  `Goal for ${what}: ${time(limit)}; ${reached <= limit ? 'reached' : '**missed**'} at ${time(reached)} (median).`

function beside(measured, names, limit, what) {
  const known = measured.map(({ name, ms, timesOurs }) => {
    const { title, properties } = names[name]
    const times = timesOurs ? `${number(timesOurs.p50)} (${number(timesOurs.p5)} – ${number(timesOurs.p95)})` : '1'
    return [title, time(ms.p50), spread(ms), times, ...properties]
  })
  const ours = measured.find(({ name }) => name === 'tallystick').ms.p50
  const faster = measured.filter(({ timesOurs }) => timesOurs && timesOurs.p50 < 1).map(({ name }) => names[name].title)
  return [
    table(['', 'median', 'p5 – p95', 'times ours (p5 – p95)', ...PROPERTIES], known),
    '',
    goal(what, ours, limit) + (faster.length ? ` Faster than ours: ${faster.join(', ')}.` : ''),
  ].join('\n')
}

/** All results in Markdown, below the headings of `level`. */
export function report(results) {
  const { sealing, cards, purchases, paints, windows, throughput, requests, scale, bank, between, home, posting, sizes } = results
  return [
    '## (a) Three payloads of 300 bytes, keys at hand',
    beside(sealing.ready, READY, GOALS.ready, 'sealing under ready keys'),
    `## (b) The same from identifiers, spaces of ${sealing.parties} parties`,
    beside(sealing.names, NAMES, GOALS.names, 'sealing from identifiers'),
    'Ours knows its readers by name and holds a share of the key centre; the others are given their readers’ public keys, imported beforehand. What it takes to fetch and check those keys is in no row. The peers seal their three payloads at once, so WebCrypto may use more than one processor.',
    '## (c) A complete order',
    table(
      ['step', 'median', 'p5 – p95'],
      Object.entries(STEPS).map(([step, title]) => [title, time(sealing.order[step].p50), spread(sealing.order[step])]),
    ),
    `${goal('a complete order once the PIN is verified', sealing.order.whole.p50, GOALS.order)} The PIN is stretched on purpose, so that each guess at a stolen wallet costs as much. An order takes ${sealing.orderBytes.toLocaleString('en')} bytes to send. Properties: ${PROPERTIES.map((name, place) => `${name}: ${ORDER.properties[place]}`).join('; ')}.`,
    '## The commands of a card',
    commands(cards),
    commandNotes(cards),
    '## A purchase',
    purchaseTable(purchases, cards.purchases),
    purchaseNotes(purchases, throughput),
    cards.purchases ? readerNotes(cards.purchases) : `${cards.without} So there is no purchase with a card in a reader here.`,
    '## What the parties use',
    partiesTable(throughput, requests),
    '## Many objects, many orders',
    scaleTable(scale),
    '## A posting in the ledger',
    postingTable(posting),
    '## A movement at a bank',
    bankTables(bank),
    '## From purse to purse, without a bank',
    betweenTables(between),
    '## By way of home',
    homeTables(home),
    '## First contentful paint',
    table(
      ['page', 'median', 'p5 – p95', 'its largest piece', 'p5 – p95', 'times'],
      Object.values(paints).map(({ title, ms, largest }) => [
        title,
        time(ms.p50),
        spread(ms),
        time(largest.p50),
        spread(largest),
        String(ms.n),
      ]),
    ),
    'The first paint of both is the wallet’s name, which the page brings along; the largest piece is the card or the order, or the field of a locked wallet.',
    Object.values(paints)
      .map(({ title, ms }) => goal(title.toLowerCase(), ms.p50, GOALS.paint))
      .join('\n'),
    '## The approval window, wallet asleep, after an empty window',
    windowTable(windows),
    '## Sizes',
    table(
      ['', 'raw', 'gzipped'],
      Object.entries(sizes)
        .filter(([, size]) => size)
        .map(([title, { bytes, gzipped }]) => [title, kilobytes(bytes), kilobytes(gzipped)]),
    ),
  ].join('\n\n')
}

/** Processor time of the parties for an order and for single requests, in milliseconds and as multiples of an empty request. */
function partiesTable({ processorMs, perSecond }, requests) {
  if (!processorMs || !requests.empty) return 'The processor time of the parties cannot be told on this system.'
  const costs = { order: processorMs, ...requests }
  const times = ms => number(ms / requests.empty.p50)
  const rows = Object.entries(REQUESTS).map(([name, [title, limit]]) => [
    title,
    time(costs[name].p50),
    spread(costs[name]),
    times(costs[name].p50),
    limit ? time(limit) : '',
  ])
  const multiple = costs.order.p50 / requests.empty.p50
  return [
    table(['', 'processor time', 'p5 – p95', 'times an empty request', 'wanted'], rows),
    '',
    `Goal for an order: at most ${GOALS.multiple} times an empty request; ${multiple <= GOALS.multiple ? 'reached' : '**missed**'} at ${number(multiple)}.`,
    `Goal for orders a second on two processors: ${GOALS.perSecond}; ${perSecond.p50 >= GOALS.perSecond ? 'reached' : '**missed**'} at ${number(perSecond.p50)} (${number(perSecond.p5)} – ${number(perSecond.p95)}).`,
    'An empty request passes what every request to a party passes in the same workerd, the road, the pages, an edge and an object, and is answered at once. The limits by address are left out: on Cloudflare they are counters beside the Worker, which the simulator plays with a request for each count.',
  ].join('\n')
}

/** What the approval window takes longer than an empty window of the extension, round by round. */
function windowTable({ empty, paint, largest, pin }) {
  const rows = [
    ['an empty window paints', empty],
    ['the approval window paints later by', paint],
    ['and its largest piece later by', largest],
    ['and can take the PIN later by', pin],
  ]
  return [
    table(
      ['', 'median', 'p5 – p95', 'times'],
      rows.map(([title, ms]) => [title, time(ms.p50), spread(ms), String(ms.n)]),
    ),
    '',
    goal('the paint', paint.p50, GOALS.windowPaint),
    goal('the PIN', pin.p50, GOALS.windowPin),
    'That the window takes no input for its first 800 ms in the foreground is on purpose, and not in this.',
  ].join('\n')
}

/** An order beside how many objects each party has, and how many orders are stored; it must depend on neither. */
export function scaleTable({ objects, stored }) {
  const cells = ({ perSecond, processorMs }) => [
    number(perSecond.p50),
    `${number(perSecond.p5)} – ${number(perSecond.p95)}`,
    processorMs ? time(processorMs.p50) : '',
  ]
  const rows = [
    ...objects.map(row => [
      row.count === 1 ? 'each party on one object' : `each party on ${row.count} shards and its office`,
      ...cells(row),
    ]),
    ...stored.map(row => [`${row.orders.toLocaleString('en')} orders stored`, ...cells(row)]),
  ]
  const cost = ({ processorMs }) => processorMs?.p50 ?? NaN
  const flat = (what, [first, ...others]) => {
    const times = Math.max(...others.map(row => cost(row) / cost(first)))
    const said = times <= GOALS.scale ? 'reached' : '**missed**'
    return Number.isNaN(times)
      ? ''
      : `Goal for ${what}: at most ${GOALS.scale} times the processor time of the first row; ${said} at ${number(times)}.`
  }
  return [
    table(['', 'orders a second', 'p5 – p95', 'processor time an order'], rows),
    '',
    flat('more objects', objects),
    flat('more stored orders', stored),
    'One workerd runs all objects of all parties on one processor, so that more objects cannot be faster here: the row says what spreading costs. On Cloudflare each object is a thread of its own.',
  ].join('\n')
}

/** One posting beside how many accounts there are; it must not depend on that. */
function postingTable({ accounts, microseconds: [small, large] }) {
  const rows = [small, large].map((cost, place) => [accounts[place].toLocaleString('en'), `${cost.toFixed(0)} µs`])
  const kept = large <= small * GOALS.posting
  return [
    table(['accounts', 'one posting, in a transaction'], rows),
    '',
    `A million accounts cost ${(large / small).toFixed(2)} times as much as a thousand; to reach: at most ${GOALS.posting}. ${kept ? 'Reached' : 'Not reached'}.`,
  ].join('\n')
}

const middle = ({ p25, p75 }, write = time) => `${write(p25)} – ${write(p75)}`

/** What moves value at a bank: natively, and on workerd beside mints of Cashu. */
export function bankTables({ native, beside }) {
  return [nativeTable(native), '', besideTable(beside)].join('\n')
}

function nativeTable({ objects, accounts }) {
  const kinds = ['withdrawal', 'deposit', 'transfer', 'reconciliation', 'batch']
  const cells = row =>
    kinds.flatMap(kind => [time(row[kind].processorMs.p50), middle(row[kind].processorMs), number(row[kind].perSecond.p50)])
  const rows = [
    ...objects.map(row => [row.objects === 1 ? 'one object' : `${row.objects} shards and the office`, ...cells(row)]),
    ...accounts.map(row => [`${row.accounts.toLocaleString('en')} accounts`, ...cells(row)]),
  ]
  const [few, many] = accounts
  const times = Math.max(...kinds.map(kind => many[kind].timesFirst.p50))
  const dearest = Math.max(...['withdrawal', 'deposit'].map(kind => objects[0][kind].processorMs.p50))
  return [
    table(['natively', ...kinds.flatMap(kind => [kind, 'quartiles', 'a second'])], rows),
    '',
    goal('a withdrawal or deposit natively', dearest, GOALS.movement),
    `Goal for ${many.accounts.toLocaleString('en')} accounts: at most ${GOALS.accounts} times the processor time of ${few.accounts.toLocaleString('en')}, round by round; ${times <= GOALS.accounts ? 'reached' : '**missed**'} at ${number(times)}.`,
    'A withdrawal goes into a purse, a deposit out of it, a transfer onto somebody else’s account; each is a request with its offer and a reply with its verdict, every message signed and sealed. Processor time of the bank alone, one thread; all accounts share the keys of a hundred holders. Between shards a transfer is a letter more. A reconciliation is a payment from purse to purse that both report alone, in a batch ten of them are one report of each.',
  ].join('\n')
}

function besideTable({ empty, rows, missing }) {
  const kinds = ['load', 'unload', 'transfer', 'reconciliation', 'batch']
  const ours = rows[0]
  const name = row => (row === ours ? 'Tallystick on workerd' : row.name)
  const cells = (row, kind) => [
    time(row[kind].processorMs.p50),
    middle(row[kind].processorMs),
    row === ours ? '1' : `${number(row[kind].timesOurs.p50)} (${middle(row[kind].timesOurs, number)})`,
  ]
  const more = ms => Math.max(0, ms - 2 * (empty?.p50 ?? 0))
  const dearest = Math.max(...['load', 'unload'].map(kind => more(ours[kind].processorMs.p50)))
  return [
    table(
      ['on a server', ...kinds.flatMap(kind => [kind, 'quartiles', 'times ours'])],
      rows.map(row => [name(row), ...kinds.flatMap(kind => cells(row, kind))]),
    ),
    '',
    goal('a load or unload on workerd, beyond two empty requests', dearest, GOALS.movementOnWorkerd),
    empty ? `An empty request takes ${time(empty.p50)} in the same workerd.` : '',
    ...mintGoals(rows),
    'Processor time of the server alone (user and system), the contestants in turn in each round. Of Cashu a load is a quote with its minting, an unload a quote with its melting, a transfer a swap, and so is a payment between people, each of one coin and with a lightning backend that only pretends. It differs: a mint keeps no accounts and knows no holders, its coins are blinded, and it signs nothing that shows what was decided; our bank keeps double entry, verifies two signatures and makes two.',
    ...missing,
  ]
    .filter((line, place) => line || place === 1)
    .join('\n')
}

/** Whether a payment reported in a batch costs as much less than a swap as was wanted. */
function mintGoals(rows) {
  return Object.entries(GOALS.besideMint).flatMap(([mint, limit]) => {
    const row = rows.find(({ name }) => name.startsWith(mint))
    if (!row) return []
    const { p50 } = row.batch.timesOurs
    return `Goal for reconciliations beside swaps of ${mint}, for each processor second: ${limit} times as many; ${p50 >= limit ? 'reached' : '**missed**'} at ${number(p50)}, ten payments a report, and at ${number(row.reconciliation.timesOurs.p50)} with each by itself.`
  })
}

/** Payments from purse to purse without a bank: what each side computes, and the length of the messages. */
export function betweenTables({ hops, early, late }) {
  const row = (what, { payer, payee, stored, pin, bytes }) => [
    what,
    ...[payer, payee, stored, pin].flatMap(ms => [time(ms.p50), spread(ms)]),
    ...Object.values(bytes).map(String),
  ]
  const same = Object.keys(early.bytes).every(name => late.bytes[name] - early.bytes[name] <= 8)
  return [
    table(
      ['', 'payer', 'p5 – p95', 'payee', 'p5 – p95', 'stored', 'p5 – p95', 'a PIN', 'p5 – p95', ...MESSAGES],
      [row(`the first ${early.payer.n}`, early), row(`the last ${late.payer.n} of ${hops.toLocaleString('en')}`, late)],
    ),
    '',
    goal('each side, after many as at first', Math.max(early.payer.p50, early.payee.p50, late.payer.p50, late.payee.p50), GOALS.between),
    `Goal for the messages: the same length, but for larger numbers; ${same ? 'reached' : '**missed**'}.`,
    'Two wallets with software cards in pages of Chromium pay each other back and forth, each spending what it was paid; every ten payments both tell the bank. A side computes twice for a payment: the payee asks and takes, the payer pays and settles. Told apart: what each of the four steps waits for the browser’s storage, and the PIN of asking, paying and taking, which is stretched on purpose. Bytes of each message, which its text holds in base64url.',
  ].join('\n')
}

/** Bytes and times of each command, over each line that was measured. */
function commands({ lines }) {
  const measured = Object.keys(LINES).filter(line => lines[line])
  const header = [
    'command',
    'bytes',
    'answered',
    ...(lines.webhid ? ['reports'] : []),
    ...measured.flatMap(line => [LINES[line], 'p5 – p95']),
  ]
  const both = ({ out, in: back }) => `${out} + ${back}`
  return table(
    header,
    Object.entries(COMMANDS).map(([command, title]) => {
      const { command: sent, response } = lines.software[command]
      const reports = lines.webhid ? [both(lines.webhid[command].reports)] : []
      return [
        title,
        String(sent),
        String(response),
        ...reports,
        ...measured.flatMap(line => [time(lines[line][command].ms.p50), spread(lines[line][command].ms)]),
      ]
    }),
  )
}

function commandNotes({ parties, rounds, without }) {
  return [
    `${rounds} rounds, the spaces of ${parties} parties. Each command is one round trip: one command APDU, one response APDU, of so many bytes. *Software card*: from memory to memory in Chromium. *Pipe*: the same applets as a native program, which writes what changed into a file before it answers; no browser. *WebHID*: that program behind a software USB device, through Chromium's own WebHID stack, in reports of 64 bytes.`,
    without ? `${without} So there is no column for WebHID here.` : '',
  ]
    .filter(Boolean)
    .join('\n')
}

/** The steps of a purchase, with the software card and, where it was measured, with a card in a reader. */
function purchaseTable(software, reader) {
  const cells = ({ ms }, step) => [time(ms[step].p50), spread(ms[step])]
  const header = ['step', LINES.software, 'p5 – p95', ...(reader ? [LINES.webhid, 'p5 – p95'] : [])]
  return table(
    header,
    Object.entries(PURCHASE).map(([step, title]) => [title, ...cells(software, step), ...(reader ? cells(reader, step) : [])]),
  )
}

function readerNotes({ count, line }) {
  const each = total => number(total / count)
  return `With the card behind WebHID, ${count} purchases, each of ${each(line.commands)} commands: ${each(line.command_bytes)} bytes out, ${each(line.response_bytes)} bytes back, in ${each(line.frames)} reports of 64 bytes.`
}

function purchaseNotes({ count, requests, partiesProcessorMsPerOrder: processor }, { wallets, orders, seconds, perSecond }) {
  return [
    `${count} purchases through the real extension, one after the other: the store’s page asks, the approval window opens, the PIN is typed, Approve is pressed. The wallet makes ${number(requests.p50)} requests for each (median).`,
    processor === null
      ? ''
      : `The parties, all in one workerd, use ${number(processor)} ms of processor time for each, polling and consoles’ books included.`,
    `Orders a second on this machine: ${number(perSecond.p50)} (${number(perSecond.p5)} – ${number(perSecond.p95)}; ${orders} in ${seconds.toFixed(1)} s, from ${wallets} wallets at once, signed and sealed before; wallets, browser and all parties share it).`,
  ]
    .filter(Boolean)
    .join('\n')
}
