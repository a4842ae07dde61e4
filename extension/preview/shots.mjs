// Takes a picture of every scene in light and dark and checks each with axe:
//   node extension/preview/shots.mjs [folder] [words of scenes]
// NARROW=1 takes them 320 pixels wide, LANGUAGE=ja in Japanese.
import { mkdir } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'

const WINDOWS = {
  approve: [460, 690],
  popup: [400, 600],
  onboarding: [720, 800],
  orders: [800, 800],
  settings: [800, 800],
  backup: [800, 800],
  privacy: [800, 800],
  reset: [800, 800],
  receipt: [800, 800],
  readers: [800, 800],
}
const SHOTS = {
  approve: [
    'asked',
    'extra',
    'long',
    'no-address',
    'blocked',
    'one-try',
    'moving',
    'done',
    'refused',
    'expired',
    'locked',
    'no-card',
    'gone',
    'problem',
    'by-reader',
    'by-reader-insert',
    'by-reader-pulled',
    'by-reader-other',
    'by-reader-working',
    'by-reader-wrong',
  ],
  popup: ['new', 'popup-locked', 'quiet', 'busy', 'several', 'many-cards'],
  onboarding: ['offered', 'enrolling', 'finished', 'further', 'further-reader', 'further-new-card'],
  orders: ['orders', 'locked', 'problem'],
  settings: ['finished', 'many-addresses', 'locked', 'new', 'with-reader', 'move-asked', 'move-working'],
  backup: ['finished', 'new', 'locked'],
  privacy: ['finished'],
  reset: ['finished', 'new'],
  receipt: ['receipt'],
  readers: [
    'unsupported',
    'none',
    'not-chosen',
    'absent',
    'empty',
    'held',
    'new',
    'puk',
    'used',
    'blocked',
    'dead',
    'foreign',
    'fault',
    'first',
    'locked',
  ].map(state => `readers-${state}`),
}

const PIN = '483920'
const fillAll = async (tab, labels) => {
  for (const label of labels) await tab.getByLabel(label, { exact: true }).fill(PIN)
}
const approve = async tab => {
  await fillAll(tab, ['PIN of the card in the reader'])
  await tab.getByRole('button', { name: /^Approve/ }).click()
  await tab.waitForTimeout(1_500)
}
const pick = tab => tab.getByRole('radio', { name: /On the card in the reader/ }).check()
const move = tab => tab.getByRole('button', { name: /^Move .*Asahi/ }).click()
/** What is done on a page before its picture is taken. */
const ACTS = {
  'by-reader-insert': approve,
  'by-reader-pulled': approve,
  'by-reader-other': approve,
  'by-reader-working': approve,
  'by-reader-wrong': approve,
  'further-reader': pick,
  'further-new-card': pick,
  'move-asked': move,
  'readers-not-chosen': tab => tab.getByRole('button', { name: 'Choose a HID reader' }).click(),
  async 'readers-puk'(tab) {
    await fillAll(tab, ['PIN of this card', 'The same PIN again'])
    await tab.getByRole('button', { name: 'Prepare the card' }).click()
  },
  async 'move-working'(tab) {
    await move(tab)
    await fillAll(tab, ['PIN of your wallet', 'PIN of the card in the reader'])
    await tab.getByRole('button', { name: 'Move it' }).click()
  },
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
      const viewport = { width: process.env.NARROW ? 320 : width, height }
      const context = await browser.newContext({ colorScheme, viewport, locale: process.env.LANGUAGE ?? 'en' })
      const tab = await context.newPage()
      tab.on('pageerror', error => console.error(`${page} ${scene}: ${error.message}`))
      await tab.goto(`${base}preview/preview.html?page=${page}&scene=${scene}&ask=1${page === 'receipt' ? '#done' : ''}`)
      await tab.locator('main').waitFor({ timeout: 90_000 })
      if (!process.env.LANGUAGE) await ACTS[scene]?.(tab)
      await tab.waitForTimeout(400)
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
