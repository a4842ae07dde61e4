// npm start: sets everything up, starts all parties, opens the store.
//
//   npm start    PORT=8788 npm start for another port
//   npm start -- --once [--story reader] [--json FILE]  a purchase in headless Chromium: see once.mjs
import { bootstrap } from './lib/bootstrap.mjs'
import { openMachine } from './lib/dealer.mjs'
import { portOf } from './lib/port.mjs'
import { Stop, run, say, step } from './lib/say.mjs'
import { PARTIES } from './lib/secrets.mjs'
import { readShops, writeEnvironment } from './lib/shops.mjs'

await run(async () => {
  const args = process.argv.slice(2)
  const once = args.includes('--once')
  await bootstrap()
  if (once) return (await import('./once.mjs')).main(args.filter(arg => arg !== '--once'))
  if (args.length > 0) throw new Stop(`Unknown option ${args[0]}: npm start takes --once and, with it, --story NAME and --json FILE.`)
  const port = portOf(process.env.PORT)
  const { prepare } = await import('./lib/prepare.mjs')
  const shops = readShops()
  const parties = await prepare({ port, shops })
  say(`\nThe store is open: ${parties.url('shop')}`)
  for (const shop of shops) sayShop(shop, port)
  const of = (...roles) => PARTIES.filter(({ role }) => roles.includes(role))
  say(
    `Get a test card:   ${of('issuer')
      .map(({ id }) => parties.url(id))
      .join('  ')}`,
  )
  say(`Buy a drink:       ${parties.url('vending')}`)
  // It takes some seconds, and nobody has to wait: the machine says that it is not selling yet.
  openMachine(parties).catch(error => say(`The vending machine does not sell: ${error.message}`))
  say('What each saw:')
  for (const { id, name } of of('shop', 'issuer', 'courier')) say(`  ${name.padEnd(17)}${parties.url(id)}/console`)
  say('')
  const browser = await openBrowser(parties).catch(error => {
    say(`The browser did not open: ${error.message.split('\n')[0]}`)
    return undefined
  })
  say('Ctrl-C stops everything.')
  await asked()
  await step('Stopping', async () => {
    await browser?.close()
    await parties.stop()
  })
  process.exit(0) // sockets of the browser may linger for seconds
})

/** Resolves at Ctrl-C. Miniflare's own handlers would end the process before all is stopped. */
function asked() {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.removeAllListeners(signal)
      process.once(signal, resolve)
    }
  })
}

/** Where a shop that was added is: its own server is not ours to start, but it must know where the parties are now. */
function sayShop(shop, port) {
  writeEnvironment(shop, port)
  say(`${`${shop.name}:`.padEnd(18)} ${shop.origin} once its own server runs; its console: http://${shop.domain}:${port}/console`)
}

/** With a display: Chromium with the extension, at the store. Otherwise a sentence. */
async function openBrowser(parties) {
  const { brandedChrome, findBrowser, installedBrowser, launchBrowserWithExtension, sayLoadUnpacked } = await import('./lib/browser.mjs')
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    say('There is no display here, so no browser is opened. Load the extension from dist/extension where there is one.')
    return undefined
  }
  if (!(await installedBrowser()) && brandedChrome()) {
    sayLoadUnpacked()
    return undefined
  }
  const { stateFolder } = await import('./lib/paths.mjs')
  const browser = await launchBrowserWithExtension({ headless: false, browser: await findBrowser(), profile: `${stateFolder}/browser` })
  const page = browser.context.pages()[0] ?? (await browser.context.newPage())
  await page.goto(parties.url('shop'))
  return browser
}
