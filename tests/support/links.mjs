// A coupon office's page of links in a browser of its own, and a campaign that has some.
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { browserEnvironment, findBrowser } from '../../scripts/lib/browser.mjs'
import { wholeConsole } from '../../scripts/lib/console.mjs'
import { operatorOf } from '../../scripts/lib/operator.mjs'

const SHOP = 'kiso-tea.localhost'

/** Opens a campaign of coupons worth 100 yen each; resolves to its number. */
export async function openCampaign(parties, count) {
  const domain = parties.domain('coupon-office')
  const command = await operatorOf(parties, { role: 'coupon-office', domain })
  const told = { party: SHOP, amount: '100', each: '1000', days: '30', minimum: '0', once: '0', condition: '' }
  await command('open-campaign', { ...told, count: String(count), budget: String(count * 100) })
  const { campaigns } = await wholeConsole(parties, domain)
  return campaigns[0].campaign
}

/** The page, in a browser of its own, which waits so long for anything; resolves to { page, sent, …what can be done there, close() }. */
export async function openLinks(parties, patienceMs = 30_000) {
  const executablePath = await findBrowser()
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: false,
    env: { ...process.env, ...browserEnvironment(executablePath) },
    args: ['--disable-gpu'],
  })
  const context = await browser.newContext({ locale: 'en-GB' })
  const page = await context.newPage()
  page.setDefaultTimeout(patienceMs)
  /** @type {Buffer[]} */
  const sent = []
  page.on('request', request => void sent.push(Buffer.concat([Buffer.from(request.url()), request.postDataBuffer() ?? Buffer.alloc(0)])))
  await page.goto(`${parties.url('coupon-office')}/links`)
  const press = name => page.getByRole('button', { name, exact: true }).click()
  const says = text => page.getByRole('status').getByText(text).waitFor()
  /** Resolves to the lines of the file that `work` saves. */
  const saved = async work => {
    const download = page.waitForEvent('download')
    await work()
    return readFileSync(await (await download).path(), 'utf8')
      .replace('\uFEFF', '')
      .trimEnd()
      .split('\r\n')
  }
  const secondsSince = began => (performance.now() - began) / 1000
  return {
    page,
    sent,
    press,
    says,
    browser: browser.version(),
    saved,
    /** Draws so many links; resolves to the seconds that it took. */
    async draw(count) {
      await page.getByLabel('How many links').fill(String(count))
      const began = performance.now()
      await press('Draw links')
      await says('Drawn in')
      return secondsSince(began)
    },
    save: () => saved(() => press('Save as CSV')),
    /** Issues those that are there; resolves to the seconds that it took. */
    async issue() {
      await press('Issue them')
      const began = performance.now()
      await page.locator('.sure').click()
      await says('All of them are issued')
      return secondsSince(began)
    },
    /** Reads a file of these lines. */
    read: lines =>
      page.locator('#file').setInputFiles({ name: 'links.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\r\n')) }),
    close: () => browser.close(),
  }
}
