// npm run bench [-- --quick] [-- --only sealing|cards|windows|orders|scale|bank|between|coupon|home|tap]
//
// Measures the wallet beside what people would use instead, and purchases from Approve to the
// courier's acceptance. Writes artifacts/bench.json, docs/bench.md and docs/bench.svg, all from the
// same numbers. --quick takes few samples and --only leaves the rest out: both print only. Not part
// of the tests: let nothing else run meanwhile.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { bootstrap } from './lib/bootstrap.mjs'
import { artifactsFolder, at } from './lib/paths.mjs'
import { Stop, run, step } from './lib/say.mjs'
import { summary } from '../tests/bench/statistics.mjs'

const HOW = `Everything of a table comes from one run, ours and the others in turn in one page of Chromium, so
that whatever disturbs the machine disturbs all; ratios are taken round by round. This file and the
chart are written by the script; the numbers as JSON go to \`artifacts/bench.json\`.`

/** A few wallets stand for many holders: an account that pays for all they buy, and limits that do not notice them. */
const LIMITS = 'confirmations-each 6000/60, shares-each 6000/60, shares 6000/60'
const ROOMY = {
  bank: { LIMITS: `${LIMITS}, holder 6000/60` },
  issuer: { ACCOUNT_LIMIT: '100000000', LIMITS },
  shop: { LIMITS },
  courier: { LIMITS },
  'key-centre': { LIMITS },
  'home-proxy': { LIMITS: 'home-passwords-each 6000/60, terminal-each 6000/60, home-each 6000/60' },
}

/** Parts that have a file of their own in docs, written from them unless they were quick. */
const OWN_FILES = {
  home: {
    title: 'How fast by way of home',
    tables: async measured => (await import('../tests/bench/home-report.mjs')).homeTables(measured),
    browser: ({ purchases }) => purchases.browser,
  },
  between: {
    title: 'How fast from purse to purse',
    tables: async measured => (await import('../tests/bench/report.mjs')).betweenTables(measured),
    browser: ({ browser }) => browser,
  },
  coupon: {
    title: 'What coupons cost their office',
    tables: async measured => (await import('../tests/bench/coupon-report.mjs')).couponTables(measured),
    browser: ({ links }) => links.browser,
  },
  tap: {
    title: 'How fast with a contactless card',
    tables: async measured => (await import('../tests/bench/tap-report.mjs')).tapTables(measured),
    browser: ({ purchases }) => purchases.browser.browser,
  },
}

await run(async () => {
  const { quick, only } = optionsOf(process.argv.slice(2))
  await bootstrap()
  const { ensureTools } = await import('./lib/tools.mjs')
  const { buildBenchWasm } = await import('./lib/builds.mjs')
  const { sealing } = await import('../tests/bench/sealing.mjs')
  await ensureTools()
  if (only === 'coupon') return publishAlone(only, await measureCoupons(quick), quick)
  if (only === 'tap') return publishAlone(only, await measureTaps(quick), quick)
  const wasm = await buildBenchWasm()
  if (only) {
    const parts = {
      sealing: () => sealing({ wasm, quick }),
      cards: () => commands(wasm, quick),
      windows: () => amongParties(parties => measureWindows(parties, quick)),
      orders: () => amongParties(parties => measureOrders(parties, quick)),
      scale: () => measureScale(quick),
      bank: () => measureBank(quick),
      between: () => measureBetween(quick),
      home: () => measureHome(quick),
    }
    const measured = await parts[only]()
    if (only === 'bank') return void process.stdout.write(`${(await import('../tests/bench/report.mjs')).bankTables(measured)}\n`)
    if (only in OWN_FILES) return publishAlone(only, measured, quick)
    return void process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`)
  }
  const sealed = await step('Sealing beside others', () => sealing({ wasm, quick }))
  const cards = await commands(wasm, quick)
  const results = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(sealed.browser),
    command: `npm run bench${quick ? ' -- --quick' : ''}`,
    sealing: sealed,
    ...(await amongParties(parties => measure(parties, quick))),
    scale: await measureScale(quick),
    bank: await measureBank(quick),
    between: await measureBetween(quick),
    home: await measureHome(quick),
    cards: { ...cards, purchases: cards.without ? undefined : await amongParties(parties => measureReader(parties, quick)) },
  }
  await publish(results, quick)
})

/** The commands of a card over each kind of line. */
async function commands(wasm, quick) {
  const { buildWasm } = await import('./lib/builds.mjs')
  const { cards } = await import('../tests/bench/cards.mjs')
  await buildWasm()
  return step("A card's commands", () => cards({ wasm, quick }))
}

/**
 * Measures among parties with room for many purchases, on tables of their own.
 *
 * @param {(parties: any) => any} work
 * @param {Record<string, Record<string, string>>} vars
 */
async function amongParties(work, vars = ROOMY) {
  const { prepare } = await import('./lib/prepare.mjs')
  const persist = mkdtempSync(join(tmpdir(), 'tallystick-bench-'))
  const { buildWorker } = await import('./lib/worker.mjs')
  const worker = await buildWorker() // as it is deployed
  const parties = await prepare({ port: 0, persist, worker, blank: true, vars })
  try {
    return await work(parties)
  } finally {
    await parties.stop()
    rmSync(persist, { recursive: true, force: true })
  }
}

async function measure(parties, quick) {
  const { Shopper } = await import('./lib/shopper.mjs')
  const { purchases } = await import('../tests/bench/purchases.mjs')
  const { coldWindows, withEmptyPage } = await import('../tests/bench/windows.mjs')
  const { coldPopup, warmPopup } = await import('../tests/bench/first-paint.mjs')
  const { sizes } = await import('../tests/bench/sizes.mjs')
  const profile = mkdtempSync(join(tmpdir(), 'tallystick-bench-profile-'))
  const extension = withEmptyPage()
  try {
    const shopper = await Shopper.start(parties, { profile, extension })
    const few = quick ? 3 : 15
    let bought, popups, windows
    try {
      await step('Setting up a wallet', () => shopper.enrol())
      bought = await step('Buying, one after the other', () => purchases(shopper, { count: quick ? 5 : 50 }))
      popups = await step('Opening the popup', () => warmPopup(shopper, few * 2))
      windows = await step('Opening the approval window with the wallet asleep', () => coldWindows(shopper, few))
    } finally {
      await shopper.close()
    }
    const cold = await step('Opening the popup in new browsers', () => coldPopup(profile, extension, few))
    const orders = await measureOrders(parties, quick)
    const { paints, ...rest } = bought
    const row = (title, paints) => ({
      title,
      ms: summary(paints.map(({ first }) => first)),
      largest: summary(paints.map(({ largest }) => largest)),
    })
    return {
      purchases: rest,
      paints: {
        'popup-warm': row('Popup, warm', popups),
        'popup-cold': row('Popup, first page of a new browser', cold),
        'approve-warm': row('Approval window, warm', paints.warm),
        'approve-cold': row('Approval window, wallet asleep', [...paints.cold, ...windows.map(({ paint }) => paint)]),
      },
      windows: laterThanEmpty(windows),
      ...orders,
      sizes: sizes(...(await packed())),
    }
  } finally {
    for (const folder of [profile, extension]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The approval window alone, beside an empty one. */
async function measureWindows(parties, quick) {
  const { Shopper } = await import('./lib/shopper.mjs')
  const { coldWindows, withEmptyPage } = await import('../tests/bench/windows.mjs')
  const extension = withEmptyPage()
  const shopper = await Shopper.start(parties, { extension })
  try {
    await step('Setting up a wallet', () => shopper.enrol())
    return laterThanEmpty(await step('Opening the approval window with the wallet asleep', () => coldWindows(shopper, quick ? 3 : 15)))
  } finally {
    await shopper.close()
    rmSync(extension, { recursive: true, force: true })
  }
}

function laterThanEmpty(rounds) {
  return {
    empty: summary(rounds.map(({ empty }) => empty)),
    paint: summary(rounds.map(({ paint, empty }) => paint.first - empty)),
    largest: summary(rounds.map(({ paint, empty }) => paint.largest - empty)),
    pin: summary(rounds.map(({ pinAt, empty }) => pinAt - empty)),
  }
}

/** What orders and single requests cost the parties. */
async function measureOrders(parties, quick) {
  const { postingCost } = await import('../tests/bench/posting.mjs')
  const { requests } = await import('../tests/bench/requests.mjs')
  const { throughput } = await import('../tests/bench/throughput.mjs')
  const many = { wallets: quick ? 3 : 8, each: quick ? 3 : 6, rounds: quick ? 1 : 5 }
  const { seen, ...orders } = await step('Many wallets at once', () => throughput(parties, many))
  return {
    throughput: orders,
    requests: await step('Single requests', () => requests(parties, seen, { quick })),
    posting: await step('Posting at a thousand and at a million accounts', postingCost),
  }
}

/** What an order costs with more objects, and with more orders stored. */
async function measureScale(quick) {
  const { buildAll } = await import('./lib/builds.mjs')
  const { buildWorker } = await import('./lib/worker.mjs')
  const { scale } = await import('../tests/bench/scale.mjs')
  await buildAll()
  const worker = await buildWorker() // as it is deployed
  return step('Many objects, many orders', () => scale({ worker, vars: ROOMY }, { quick }))
}

/** What a movement costs a bank: natively; on workerd beside mints of Cashu. */
async function measureBank(quick) {
  const { besideCashu, nativeBank } = await import('../tests/bench/bank.mjs')
  const native = await step('A bank natively, on 1, 4 and 16 objects, at a thousand and a million accounts', () => nativeBank({ quick }))
  const beside = parties => step('A bank on workerd beside mints of Cashu', () => besideCashu(parties, { quick }))
  return { native, beside: await amongParties(beside) }
}

/** What two wallets compute that pay each other without a bank. */
async function measureBetween(quick) {
  const { betweenPurses } = await import('../tests/bench/between.mjs')
  const pay = parties => step('Purses that pay each other, back and forth', () => betweenPurses(parties, { hops: quick ? 40 : 1_000 }))
  return amongParties(pay)
}

/** What coupons cost their office: natively, beside mints of Cashu, and links from the operator's page on workerd. */
async function measureCoupons(quick) {
  const { besideSwaps, linksOnWorkerd, nativeCoupons } = await import('../tests/bench/coupon.mjs')
  const { buildPages } = await import('./lib/builds.mjs')
  const { buildLocalWorker } = await import('./lib/worker.mjs')
  await buildLocalWorker()
  await buildPages()
  const native = await step('Coupons natively, on 1, 4 and 16 objects, a thousand and many, in a rush', () => nativeCoupons({ quick }))
  const beside = await step('Coupons beside swaps of Cashu’s mints', () => besideSwaps({ quick }))
  const links = await step('Links of a campaign, from the page to the office', () => linksOnWorkerd({ quick }))
  return { native, beside, links }
}

/** What a contactless card's payment takes: natively, whose time; in Chromium, beside payments of the account. */
async function measureTaps(quick) {
  const { nativeTaps } = await import('../tests/bench/tap.mjs')
  const native = await step('Settlements natively, at a thousand and many cards', () => nativeTaps({ quick }))
  const { inBrowser, inReader } = await import('../tests/bench/tap-purchases.mjs')
  const count = quick ? 3 : 15
  const one = parties => step('Buying with a contactless card and with the account', () => inBrowser(parties, { count }))
  const other = parties => step('The same with the card behind WebHID', () => inReader(parties, { count }))
  return { native, purchases: { browser: await amongParties(one), reader: await amongParties(other) } }
}

/** What it takes to be let in by way of home: natively beside TLS; on workerd; in two browsers. */
async function measureHome(quick) {
  const { HOME_VARS, idle, nativeSessions, workerdSessions } = await import('../tests/bench/home.mjs')
  const { homePurchases } = await import('../tests/bench/home-purchases.mjs')
  const { buildSessionProgram } = await import('../tests/support/sessions.mjs')
  const program = await step('Building what goes through sessions by way of home', buildSessionProgram)
  const native = await step('Sessions by way of home natively, beside TLS', () => nativeSessions(program, { quick }))
  const among = work => amongParties(work, HOME_VARS)
  const workerd = await among(parties => step('Sessions by way of home on workerd', () => workerdSessions(program, parties, { quick })))
  const idled = await among(parties => step('Homes that are connected and idle', () => idle(parties, { quick })))
  const buy = parties => step('Buying at home and by way of home', () => homePurchases(parties, { count: quick ? 3 : 15 }))
  return { native, workerd, idle: idled, purchases: await amongParties(buy) }
}

/** Purchases with a card behind WebHID, as many as its account pays for; beside the times, what went over the line. */
async function measureReader(parties, quick) {
  const { ReaderShopper } = await import('./lib/reader-shopper.mjs')
  const { VirtualCard } = await import('./lib/virtual-card.mjs')
  const { extensionFolder } = await import('./lib/paths.mjs')
  const { purchases } = await import('../tests/bench/purchases.mjs')
  const card = await VirtualCard.start()
  const shopper = await ReaderShopper.start(parties, card.browserOptions(extensionFolder))
  try {
    await step('Setting up a wallet and a card in a reader', () => shopper.enrolInReader('issuer-ume'))
    return await step('Buying with the card in the reader', () => purchases(shopper, { count: quick ? 5 : 25, reader: card }))
  } finally {
    await shopper.close()
    await card.close()
  }
}

/** The folder of the extension as it is shipped, and the size of its zip. */
async function packed() {
  const { buildExtension } = await import('./lib/builds.mjs')
  const { packExtension } = await import('./lib/archives.mjs')
  const folder = await buildExtension({ development: false, outDir: at('dist/extension-production') })
  const { bytes } = packExtension({ folder, file: at('dist/bench/extension.zip') })
  return [folder, bytes]
}

async function publish(results, quick) {
  const { report } = await import('../tests/bench/report.mjs')
  const { chart } = await import('../tests/bench/chart.mjs')
  const text = report(results)
  process.stdout.write(`${text}\n`)
  mkdirSync(artifactsFolder, { recursive: true })
  writeFileSync(join(artifactsFolder, 'bench.json'), `${JSON.stringify(results, null, 2)}\n`)
  if (quick) return
  const { date, command } = results
  const heading = `# How fast\n\n\`${command}\`, ${date}, on ${results.machine}. ${HOW}\n\n![Sealing beside others](bench.svg)\n`
  writeFileSync(at('docs/bench.md'), `${heading}\n${text}\n`)
  writeFileSync(at('docs/bench.svg'), chart(results))
}

/** Prints one part alone, and writes its file. */
async function publishAlone(part, measured, quick) {
  const { title, tables, browser } = OWN_FILES[part]
  const text = await tables(measured)
  process.stdout.write(`${text}\n`)
  mkdirSync(artifactsFolder, { recursive: true })
  writeFileSync(join(artifactsFolder, `bench-${part}.json`), `${JSON.stringify(measured, null, 2)}\n`)
  if (quick) return
  const date = new Date().toISOString().slice(0, 10)
  const heading = `# ${title}\n\n\`npm run bench -- --only ${part}\`, ${date}, on ${machine(browser(measured))}. This file is written by the script.\n`
  writeFileSync(at(`docs/bench-${part}.md`), `${heading}\n${text.replaceAll('\n### ', '\n## ').replace(/^### /, '## ')}\n`)
}

/** What it ran on, without names of machines or people. */
function machine(browser) {
  const [{ model }] = cpus()
  return `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}, Chromium ${browser.split('.')[0]} headless, Node ${process.versions.node}`
}

function optionsOf(args) {
  const options = { quick: false, only: undefined }
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--quick') options.quick = true
    else if (
      args[i] === '--only' &&
      ['sealing', 'cards', 'windows', 'orders', 'scale', 'bank', 'between', 'coupon', 'home', 'tap'].includes(args[i + 1])
    )
      options.only = args[++i]
    else
      throw new Stop(
        `Unknown option ${args[i]}: npm run bench takes --quick, --only sealing, cards, windows, orders, scale, bank, between, coupon, home or tap.`,
      )
  }
  return options
}
