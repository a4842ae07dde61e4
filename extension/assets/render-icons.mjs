// Draws the icons of the manifest from icon.svg: node extension/assets/render-icons.mjs
// Uses the Chromium that the end-to-end tests use ($CHROMIUM or /usr/bin/chromium).
import { readFile, writeFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'

const here = import.meta.dirname
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromiumSandbox: false,
})
const page = await browser.newPage()
for (const size of [16, 32, 48, 128]) {
  const svg = await readFile(`${here}/${size === 16 ? 'icon-small' : 'icon'}.svg`, 'utf8')
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>html,body{margin:0;background:transparent}svg{display:block;width:100vw;height:100vh}</style>${svg}`)
  await writeFile(`${here}/icon-${size}.png`, await page.screenshot({ omitBackground: true }))
}
await browser.close()
