// A card's commands over each kind of line: the software card from memory to memory; the virtual card
// over a pipe, without a browser; the virtual card behind Chromium's WebHID.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { launchBrowserWithExtension } from '../../scripts/lib/browser.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { VirtualCard, buildVirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { CardOnALine } from './page/card-commands.mjs'
import { summary } from './statistics.mjs'

/** Of a space, as the other tables have it. */
const PARTIES = 64

/**
 * Resolves to { lines: { software, direct, webhid }, without, … }: for each line and command, the time and the bytes both
 * ways; `without` says why there is no `webhid`, where there is none. `wasm` is the folder of the benchmark's module.
 */
export async function cards({ wasm, quick }) {
  const rounds = quick ? 2 : 30
  const without = await whyNoDevice()
  const card = without ? undefined : await VirtualCard.start()
  try {
    const inBrowser = await measureInBrowser({ wasm, card, rounds })
    const lines = { ...inBrowser, direct: await measureDirect({ wasm, rounds }) }
    return {
      parties: PARTIES,
      rounds,
      lines: Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, summarised(line)])),
      without,
    }
  } finally {
    await card?.close()
  }
}

const summarised = ({ times, sizes }) =>
  Object.fromEntries(Object.keys(times).map(command => [command, { ms: summary(times[command]), ...sizes[command] }]))

async function measureInBrowser({ wasm, card, rounds }) {
  const extension = await buildExtension(wasm)
  const browser = await launchBrowserWithExtension({ extension, ...card?.browserOptions(extension) })
  try {
    const page = await browser.context.newPage()
    page.setDefaultTimeout(600_000)
    await page.goto(`chrome-extension://${browser.extensionId}/cards.html`)
    await page.waitForFunction(() => 'measureCards' in globalThis)
    return await page.evaluate(options => globalThis.measureCards(options), { rounds, parties: PARTIES, reader: Boolean(card) })
  } finally {
    await browser.close()
  }
}

/** An extension with nothing but the page; it has the wallet's key and so the wallet's identifier. */
async function buildExtension(wasm) {
  const folder = at('dist/bench/cards')
  mkdirSync(folder, { recursive: true })
  const modules = { 'tallystick-bench': wasm, 'tallystick-readers': at('wasm/reader/pkg'), 'tallystick-software-card': at('wasm/card/pkg') }
  const named = Object.entries(modules).map(([crate, pkg]) => [crate, join(pkg, crate.replaceAll('-', '_'))])
  await build({
    entryPoints: [at('tests/bench/page/cards.mjs')],
    outfile: join(folder, 'cards.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'chrome120',
    logLevel: 'warning',
    alias: Object.fromEntries(named.map(([crate, file]) => [crate, `${file}.js`])),
  })
  for (const [, file] of named) copyFileSync(`${file}_bg.wasm`, join(folder, `${basename(file)}_bg.wasm`))
  writeFileSync(join(folder, 'cards.html'), '<!doctype html><title>Cards</title><script type="module" src="cards.js"></script>')
  writeFileSync(join(folder, 'worker.js'), '')
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({
      manifest_version: 3,
      name: 'Cards',
      version: '1',
      key: JSON.parse(readFileSync(at('manifest.json'), 'utf8')).key,
      background: { service_worker: 'worker.js' },
      content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'" },
      cross_origin_opener_policy: { value: 'same-origin' },
      cross_origin_embedder_policy: { value: 'require-corp' },
    }),
  )
  return folder
}

/** The virtual card over a pipe: an APDU after its length, both ways. */
async function measureDirect({ wasm, rounds }) {
  const { CardHost, initSync } = await import(pathToFileURL(join(wasm, 'tallystick_bench.js')).href)
  initSync({ module: readFileSync(join(wasm, 'tallystick_bench_bg.wasm')) })
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-card-'))
  const program = spawn(await buildVirtualCard(), ['pipe', '--state', join(folder, 'first.card')], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const line = new CardOnALine(new CardHost(PARTIES), over(program))
    await line.prepare()
    await line.round({ counts: false })
    for (let round = 0; round < rounds; round++) await line.round({ counts: true })
    return line
  } finally {
    program.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

function over({ stdin, stdout }) {
  const bytes = stdout[Symbol.asyncIterator]()
  return async apdu => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(apdu.length)
    stdin.write(Buffer.concat([length, apdu]))
    let answer = Buffer.alloc(0)
    while (answer.length < 4 || answer.length < 4 + answer.readUInt32BE(0)) {
      const { value, done } = await bytes.next()
      if (done) throw new Error('The virtual card ended.')
      answer = Buffer.concat([answer, value])
    }
    return answer.subarray(4)
  }
}
