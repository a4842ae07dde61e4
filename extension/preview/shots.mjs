// Takes a picture of every scene in light and dark, and checks each with axe and for sideways scrolling:
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
  tour: [800, 800],
  reset: [800, 800],
  receipt: [800, 800],
  readers: [800, 800],
  purse: [460, 720],
  prepaid: [460, 720],
  'bank-opening': [460, 720],
  home: [640, 800],
  coupons: [460, 720],
  contactless: [460, 720],
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
    'pay-purse',
    'pay-account',
    'pay-choose',
    'paid-purse',
    'paid-account',
    'paying-purse',
    'refused-purse',
    'refunded-purse',
    'approve-contactless',
    'approve-contactless-unread',
    'approve-contactless-short',
    ...['hold', 'software', 'trouble', 'unknown', 'paid'].map(state => `pay-contactless-${state}`),
    'pay-lent',
    'pay-lent-purse',
    'pay-lent-wrong',
    'pay-lent-barred',
    'paying-lent',
    'pay-coupons',
    'pay-coupons-chosen',
    'pay-coupons-whole',
    'pay-coupons-together',
    'pay-coupons-nowhere',
    'paid-coupons',
  ],
  popup: [
    'new',
    'popup-locked',
    'quiet',
    'busy',
    'several',
    'many-cards',
    'bank-invited',
    'bank-begun',
    'bank-home',
    'bank-home-busy',
    'bank-home-many',
    'bank-home-ends',
    'bank-home-prepaid',
    'bank-side',
    'bank-account-ends',
    'coupons-home',
  ],
  onboarding: ['offered', 'enrolling', 'finished', 'further', 'further-reader', 'further-new-card'],
  orders: ['orders', 'locked', 'problem', 'bank-orders'],
  settings: ['bank-settings', 'finished', 'many-addresses', 'locked', 'new', 'with-reader', 'move-asked', 'move-working'],
  backup: ['finished', 'new', 'locked'],
  privacy: ['finished'],
  tour: ['finished'],
  reset: ['finished', 'new'],
  receipt: ['receipt', 'receipt-coupons'],
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
  'bank-opening': [
    'form',
    'banks',
    'none',
    'card-first',
    'asking',
    'silent',
    'refused',
    'keys',
    'certified',
    'purse',
    'purse-refused',
    'done',
  ].map(state => `opening-${state}`),
  purse: [
    'locked',
    'purse',
    ...[
      'none',
      'empty',
      'moving',
      'load',
      'load-short',
      'unload',
      'send',
      'send-wrong',
      'asking',
      'offer',
      'offer-load',
      'missed',
      'long',
      'key-soon',
      'renew',
      'renewing',
      'renewal-refused',
      'key-ended',
      'telling',
      'lost',
      'blocked',
      'closing',
      'closed',
      'account-closed',
      'frozen',
      'card',
      'several',
    ].map(state => `purse-${state}`),
  ],
  home: [
    'locked',
    ...[
      'begin',
      'nowhere',
      'nobody',
      'let-in',
      'lend',
      'lend-purse',
      'lent',
      'mail-asked',
      'mail-on',
      'down',
      'off',
      'blocked',
      'stopped',
      'new',
    ].map(state => `home-${state}`),
    ...['begin', 'nothing', 'in-reader', 'lent', 'unheard'].map(state => `away-${state}`),
  ],
  contactless: ['nowhere', 'no-account', 'none', 'get', 'unread', 'one', 'two', 'waiting', 'charge', 'forget'].map(
    state => `contactless-${state}`,
  ),
  coupons: [
    'locked',
    ...[
      'nowhere',
      'none',
      'all',
      'one',
      'campaign',
      'unconfirmed',
      'locked',
      'asked',
      'given',
      'offered',
      'spent',
      'moving',
      'missed',
      'former',
      'get',
      'address',
      'give',
      'give-own',
      'link',
      'show',
      'lock',
      'convert',
      'take',
      'take-link',
      'take-campaign',
      'take-shown',
      'take-forged',
      'take-elsewhere',
      'take-paste',
    ].map(state => `coupons-${state}`),
  ],
  prepaid: ['prepaid', 'prepaid-none', 'prepaid-new', 'prepaid-asked', 'prepaid-load', 'prepaid-back', 'prepaid-unsettled'],
}
/** The coupon that most scenes of coupons are about. */
const COUPON = '2a7c91e04b5d4f8899aa10c2d4e6f801'
/** The contactless card that most scenes of such cards are about. */
const CONTACTLESS = '7c1d09e2b45f8a6630aa'
/** Where on its page a scene is. */
const PLACES = {
  receipt: 'done',
  'receipt-coupons': 'done',
  'purse-load': 'purse/load',
  'purse-load-short': 'purse/load',
  'purse-unload': 'purse/unload',
  'purse-send': 'purse/send',
  'purse-send-wrong': 'purse/send',
  'purse-several': 'euro-purse',
  'prepaid-new': 'new/account',
  'prepaid-load': 'prepaid/load',
  'prepaid-back': 'prepaid/unload',
  ...Object.fromEntries(
    ['campaign', 'unconfirmed', 'locked', 'asked', 'given', 'offered', 'spent', 'moving', 'missed', 'former'].map(id => [
      `coupons-${id}`,
      id,
    ]),
  ),
  'contactless-get': 'get',
  'contactless-charge': `${CONTACTLESS}/charge`,
  'contactless-forget': '0b93f1d2c7a8e45561f0/forget',
  ...Object.fromEntries(['unread', 'one', 'waiting'].map(id => [`contactless-${id}`, CONTACTLESS])),
  'coupons-one': COUPON,
  ...Object.fromEntries(['give', 'link', 'show', 'lock', 'convert'].map(act => [`coupons-${act}`, `${COUPON}/${act}`])),
  'coupons-give-own': `${COUPON}/give`,
  'coupons-get': 'get',
  'coupons-address': 'address',
  'coupons-take-paste': 'take',
  ...Object.fromEntries(
    ['take', 'take-link', 'take-campaign', 'take-shown', 'take-forged', 'take-elsewhere'].map(act => [`coupons-${act}`, 'take/1']),
  ),
  'opening-done': 'account',
  'away-begin': 'away',
  'away-nothing': 'away',
  'away-in-reader': 'away',
  'away-lent': 'away',
  'away-unheard': 'away',
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
const readCode = async tab => {
  await tab.getByLabel('Code of whoever gets it').fill('tallystick:coupon?1.x')
  await tab.getByRole('button', { name: 'Look at it' }).click()
}
const tick = name => async tab => {
  await tab.getByRole('button', { name: 'Use Coupons' }).click()
  await tab.getByRole('checkbox', { name }).first().check()
}
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
  'pay-coupons-chosen': tick(/^Voucher, ¥1,000/),
  'pay-coupons-whole': tick(/^Electronic money/),
  'pay-coupons-together': tick(/^Voucher, ¥1,000/),
  'pay-choose': tab => tab.getByRole('button', { name: 'Change Pay with' }).click(),
  'purse-renew': tab => tab.getByRole('button', { name: 'Renew the key' }).click(),
  async 'purse-lost'(tab) {
    await tab.locator('summary').filter({ hasText: 'Card lost?' }).click()
    await tab.getByRole('button', { name: 'Block the purse' }).click()
  },
  'coupons-home': tab => tab.getByRole('button', { name: 'Coupons' }).click(),
  async 'coupons-all'(tab) {
    for (const fold of await tab.locator('summary').all()) await fold.click()
    await tab.getByRole('button', { name: 'Ask Warifu Coupons' }).click()
  },
  'coupons-get': tab => tab.getByRole('button', { name: '¥3,000' }).click(),
  'coupons-give': readCode,
  'coupons-give-own': readCode,
  'coupons-one': tab => tab.locator('summary').click(),
  'coupons-lock': tab => tab.getByRole('button', { name: 'Lock it' }).click(),
  'bank-home-prepaid': tab => tab.getByRole('button', { name: 'Prepaid cards' }).click(),
  prepaid: tab => tab.getByRole('button', { name: 'Read the card' }).click(),
  'prepaid-load': tab => tab.getByRole('button', { name: '¥3,000' }).click(),
  'prepaid-back': tab => tab.getByRole('button', { name: 'Everything' }).click(),
  'purse-load': tab => tab.getByRole('button', { name: '¥3,000' }).click(),
  'purse-load-short': tab => tab.getByRole('textbox', { name: 'Amount' }).fill('60,000'),
  'purse-unload': tab => tab.getByRole('button', { name: 'Everything' }).click(),
  async 'purse-send'(tab) {
    await tab.getByRole('textbox', { name: 'Amount' }).fill('1500')
    await tab.getByRole('radio', { name: 'Somebody’s purse' }).check()
    await tab.getByLabel('Its number').fill('81c0 4e5f 9d2a 4b37 a6e0 d5c1 8f42 b90e')
  },
  'purse-send-wrong': tab => tab.getByLabel('Its number').fill('81c0 4e5f'),
  'purse-long': tab => tab.locator('summary').nth(3).click(),
  'home-let-in': tab => tab.getByRole('button', { name: 'Show the invitation' }).click(),
  async 'home-lend'(tab) {
    await tab.getByRole('button', { name: 'Lend something' }).click()
    await tab.getByRole('button', { name: '¥10,000' }).click()
  },
  async 'home-lend-purse'(tab) {
    await tab.getByRole('button', { name: 'Lend something' }).click()
    await tab.getByRole('button', { name: '¥10,000' }).click()
    await tab.getByRole('button', { name: 'Change Pays with' }).click()
  },
  'home-stopped': tab => tab.locator('summary').first().click(),
  'away-begin': tab => tab.getByRole('button', { name: 'Show the code' }).click(),
  'away-unheard': tab => tab.getByRole('button', { name: 'Stop everything' }).click(),
  async 'pay-lent-wrong'(tab) {
    await tab.getByLabel('First password').fill('pine needle tea')
    await tab.getByLabel('Second password').fill('seven grey cats')
    await tab.waitForTimeout(1_000)
    await tab.getByRole('button', { name: /^Approve/ }).click()
  },
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
      await tab.goto(`${base}preview/preview.html?page=${page}&scene=${scene}&ask=1${PLACES[scene] ? `#${PLACES[scene]}` : ''}`)
      await tab.locator('main').waitFor({ timeout: 90_000 })
      if (!process.env.LANGUAGE) await ACTS[scene]?.(tab)
      await tab.waitForTimeout(400)
      await tab.screenshot({ path: `${folder}/${page}-${scene}-${colorScheme}.png`, fullPage: page !== 'approve' })
      // The popup of the toolbar has a width of its own.
      const surplus = await tab.evaluate(() => document.documentElement.scrollWidth - Math.max(innerWidth, document.body.offsetWidth))
      if (surplus > 0) {
        serious += 1
        console.log(`${page} ${scene} ${colorScheme}: ${surplus} pixels wider than the window`)
      }
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
