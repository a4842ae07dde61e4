// npm run pictures: makes the pictures of the README anew, from the stories of `npm start -- --once`. Those
// with a card in a reader stay as they are where there can be no software USB device.
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap } from './lib/bootstrap.mjs'
import { artifactsFolder, at } from './lib/paths.mjs'
import { run, say } from './lib/say.mjs'

/** For each story the pictures taken from it, and their names here. */
const PICTURES = {
  purchase: { '05-store': 'store', '09-approve': 'approve', '12-wallet-popup': 'wallet', '17-console-courier': 'console-courier' },
  bank: { '10-purse-after-load': 'purse', '15-approve': 'approve-purse' },
  purse: { 'aiko/12-between-paid': 'between', 'machine/machine-2-answers': 'machine' },
  coupon: { 'aiko/07-coupon-give': 'coupon', 'kenji/09-coupon-seen': 'coupon-given', 'kenji/15-approve-coupon': 'approve-coupon' },
  tap: { '15-approve': 'approve-contactless', '16-approve-tapping': 'contactless' },
  home: { 'home/16-lending-used': 'lending', 'away/11-approve': 'approve-lent' },
  reader: { '22-card-pulled-out': 'put-back', '24-wallet-readers': 'readers' },
}

await run(async () => {
  await bootstrap()
  mkdirSync(at('docs/pictures'), { recursive: true })
  const { main, obstacleOf } = await import('./once.mjs')
  for (const [story, pictures] of Object.entries(PICTURES)) {
    const obstacle = await obstacleOf(story)
    if (obstacle) {
      say(obstacle)
      continue
    }
    await main(['--story', story])
    for (const [step, name] of Object.entries(pictures)) {
      copyFileSync(join(artifactsFolder, story, `${step}.png`), at('docs/pictures', `${name}.png`))
    }
  }
  await loadedUnpacked()
})

/** The browser's own page of extensions, with ours in it. */
async function loadedUnpacked() {
  const { launchBrowserWithExtension } = await import('./lib/browser.mjs')
  const browser = await launchBrowserWithExtension()
  const page = await browser.context.newPage()
  await page.setViewportSize({ width: 1000, height: 420 })
  await page.goto('chrome://extensions')
  await page.locator('#devMode').click()
  await page.waitForTimeout(800)
  await page.screenshot({ path: at('docs/pictures/load-unpacked.png') })
  await browser.close()
}
