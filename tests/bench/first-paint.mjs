// How long the popup takes to its first and its largest contentful paint. Warm: in a browser that has shown it before,
// with the wallet open. Cold: as the first page of a browser just started, with the wallet locked.
import { launchBrowserWithExtension } from '../../scripts/lib/browser.mjs'
import { paintsOf } from './purchases.mjs'

/** Paints of the popup in the shopper's running browser. */
export async function warmPopup(shopper, count) {
  return opened(shopper.context, shopper.walletUrl('popup'), count)
}

/** Paints of the popup as the first page of a browser, started anew for each with this profile and extension. */
export async function coldPopup(profile, extension, count) {
  const paints = []
  for (let i = 0; i < count; i++) {
    const browser = await launchBrowserWithExtension({ profile, extension })
    paints.push(...(await opened(browser.context, `chrome-extension://${browser.extensionId}/pages/popup.html`, 1)))
    await browser.close()
  }
  return paints
}

async function opened(context, url, count) {
  const paints = []
  for (let i = 0; i < count; i++) {
    const page = await context.newPage()
    await page.goto(url)
    await page.locator('main :is(article, form)').first().waitFor() // a card, or the field of a locked wallet
    paints.push(await paintsOf(page))
    await page.close()
  }
  return paints
}
