// Seals in one Chromium page: a plain page of its own, without the extension, isolated from other
// origins so that the browser gives it a fine clock.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { browserEnvironment, findBrowser } from '../../scripts/lib/browser.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { serve } from './serve.mjs'
import { ratio, summary } from './statistics.mjs'

/** Resolves to the summaries of everything measured in the page; `wasm` is the folder of the module. */
export async function sealing({ wasm, quick }) {
  const outfile = at('dist/bench/sealing.js')
  await build({
    entryPoints: [at('tests/bench/page/sealing.mjs')],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'chrome120',
    logLevel: 'warning',
    alias: { 'tallystick-bench': join(wasm, 'tallystick_bench.js') },
  })
  const site = await serve({
    '/': { type: 'text/html', body: '<!doctype html><title>Sealing</title><script type="module" src="sealing.js"></script>' },
    '/sealing.js': { type: 'text/javascript', body: readFileSync(outfile) },
    '/tallystick_bench_bg.wasm': { type: 'application/wasm', body: readFileSync(join(wasm, 'tallystick_bench_bg.wasm')) },
  })
  const executablePath = await findBrowser()
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: false,
    env: { ...process.env, ...browserEnvironment(executablePath) },
    args: ['--disable-gpu'],
  })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(600_000)
    await page.goto(site.url)
    await page.waitForFunction(() => 'measureSealing' in globalThis)
    const rounds = quick ? { ready: 10, names: 10, order: 10 } : { ready: 200, names: 100, order: 100 }
    const measured = await page.evaluate(rounds => globalThis.measureSealing(rounds), rounds)
    return { browser: browser.version(), ...summarised(measured) }
  } finally {
    await browser.close()
    await site.close()
  }
}

function summarised({ ready, names, order, ...rest }) {
  const beside = times =>
    Object.entries(times).map(([name, list]) => ({
      name,
      ms: summary(list),
      timesOurs: name === 'tallystick' ? null : ratio(list, times.tallystick),
    }))
  return {
    ...rest,
    ready: beside(ready),
    names: beside(names),
    order: Object.fromEntries(Object.entries(order).map(([step, list]) => [step, summary(list)])),
  }
}
