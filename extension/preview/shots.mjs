// Takes a picture of every scene in light and dark and checks each with axe:
//   node extension/preview/shots.mjs [folder] [words of scenes]
import { mkdir } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'

const WINDOWS = { approve: [460, 690], popup: [400, 600], onboarding: [720, 800], orders: [800, 800], settings: [800, 800], backup: [800, 800], privacy: [800, 800], reset: [800, 800], receipt: [800, 800] }
const SHOTS = {
  approve: ['asked', 'extra', 'long', 'no-address', 'blocked', 'one-try', 'moving', 'done', 'refused', 'expired', 'locked', 'no-card', 'gone', 'problem'],
  popup: ['new', 'popup-locked', 'quiet', 'busy'],
  onboarding: ['offered', 'enrolling', 'finished', 'further'],
  orders: ['orders', 'locked', 'problem'],
  settings: ['finished', 'many-addresses', 'locked', 'new'],
  backup: ['finished', 'new', 'locked'],
  privacy: ['finished'],
  reset: ['finished', 'new'],
  receipt: ['receipt'],
}

const [folder = 'artifacts/preview', ...only] = process.argv.slice(2)
await mkdir(folder, { recursive: true })
const server = await createServer({
  root: 'extension',
  configFile: false,
  plugins: [svelte({ configFile: '../svelte.config.js' })],
  cacheDir: '../node_modules/.vite-preview',
  server: { port: Number(process.env.PORT ?? 0) },
})
await server.listen()
const base = server.resolvedUrls.local[0]
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', chromiumSandbox: false })

let serious = 0
for (const colorScheme of ['light', 'dark']) {
  for (const [page, scenes] of Object.entries(SHOTS)) {
    for (const scene of scenes) {
      if (only.length > 0 && !only.includes(scene)) continue
      const [width, height] = WINDOWS[page]
      const context = await browser.newContext({ colorScheme, viewport: { width, height } })
      const tab = await context.newPage()
      tab.on('pageerror', error => console.error(`${page} ${scene}: ${error.message}`))
      await tab.goto(`${base}preview/preview.html?page=${page}&scene=${scene}&ask=1${page === 'receipt' ? '#done' : ''}`)
      await tab.locator('main').waitFor({ timeout: 90_000 })
      await tab.waitForTimeout(250)
      await tab.screenshot({ path: `${folder}/${page}-${scene}-${colorScheme}.png`, fullPage: page !== 'approve' })
      const { violations } = await new AxeBuilder({ page: tab }).analyze()
      for (const { impact, id, nodes } of violations) {
        if (impact === 'serious' || impact === 'critical') serious += 1
        console.log(`${page} ${scene} ${colorScheme}: ${impact} ${id} ${nodes.map(node => node.target).join(' ')}`)
      }
      await context.close()
    }
  }
}
await browser.close()
await server.close()
process.exit(serious > 0 ? 1 : 0)
