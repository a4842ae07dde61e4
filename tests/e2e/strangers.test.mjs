// Who may not ask: a page in a frame, a sandboxed page, another extension, a page with another
// shop's form.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launchBrowserWithExtension } from '../../scripts/lib/browser.mjs'
import { openWorld } from './support/world.mjs'

let world
let stranger
let form

before(async () => {
  world = await openWorld()
  await world.shopper.enrol()
  stranger = await strangersSite()
  form = await signedForm()
})

after(async () => {
  stranger?.close()
  await world?.close()
})

/** A site that is no party: http://stranger.localhost:PORT. */
function strangersSite() {
  const page = body => `<!doctype html><html lang="en"><title>Stranger</title><body>${body}`
  const pages = {
    '/': page('<p>A page of a stranger.</p>'),
    '/framed': page(`<iframe id="inner" src="/"></iframe>`),
    '/sandboxed': page('<iframe id="inner" sandbox="allow-scripts" src="/"></iframe>'),
  }
  return new Promise(resolve => {
    const server = http.createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(pages[request.url] ?? pages['/'])
    })
    server.listen(0, '127.0.0.1', () => resolve({ url: `http://stranger.localhost:${server.address().port}`, close: () => server.close() }))
  })
}

/** A form that the shop really signed, for its own page. */
async function signedForm() {
  const { parties } = world
  const answer = await parties.fetch(parties.domain('shop'), '/v1/forms', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ sku: 'sencha-100', quantity: 1 }] }),
  })
  assert.equal(answer.status, 200, answer.text())
  return answer.body.toString('base64url')
}

/** Asks the way the shop script does, from inside `frame`; resolves to the answer, or null after `ms`. */
function askFrom(frame, payload, ms = 3_000) {
  return frame.evaluate(
    ([payload, ms]) =>
      new Promise(resolve => {
        window.addEventListener('tallystick:response', event => resolve(JSON.parse(event.detail)))
        setTimeout(() => resolve(null), ms)
        window.dispatchEvent(new CustomEvent('tallystick:request', { detail: JSON.stringify({ id: 'test-1', type: 'order', payload }) }))
      }),
    [payload, ms],
  )
}

const windowsOpen = () => world.shopper.context.pages().filter(page => page.url().includes('/approve.html')).length

test('a form signed for another page is refused, and no window opens', async () => {
  const page = await world.shopper.openPage(stranger.url)
  const answer = await askFrom(page, form)
  assert.equal(answer.ok, false)
  assert.equal(answer.error.name, 'FormRefused')
  assert.equal(windowsOpen(), 0)
  await page.close()
})

test('bytes that are no form are refused, and no window opens', async () => {
  const page = await world.shopper.openPage(world.parties.url('shop'))
  for (const payload of ['AAAA', form.slice(0, -40), form.slice(40)]) {
    const answer = await askFrom(page, payload)
    assert.equal(answer.ok, false)
    assert.equal(answer.error.name, 'FormRefused')
  }
  assert.equal(windowsOpen(), 0)
  await page.close()
})

test('a page in a frame gets no answer', async () => {
  const page = await world.shopper.openPage(`${stranger.url}/framed`)
  const inner = page.frames().find(frame => frame !== page.mainFrame())
  assert.equal(await askFrom(inner, form, 1_500), null)
  assert.equal(windowsOpen(), 0)
  await page.close()
})

test('a sandboxed page gets no answer', async () => {
  const page = await world.shopper.openPage(`${stranger.url}/sandboxed`)
  const inner = page.frames().find(frame => frame !== page.mainFrame())
  assert.equal(await askFrom(inner, form, 1_500), null)
  assert.equal(windowsOpen(), 0)
  await page.close()
})

test('a page without the wallet’s own address cannot load or call a page of the wallet', async () => {
  const page = await world.shopper.openPage(stranger.url)
  const loaded = await page.evaluate(async url => {
    const frame = document.createElement('iframe')
    frame.src = url
    document.body.append(frame)
    await new Promise(resolve => setTimeout(resolve, 500))
    return fetch(url).then(
      () => true,
      () => false,
    )
  }, world.shopper.walletUrl('popup'))
  assert.equal(loaded, false)
  assert.equal(await page.evaluate(() => typeof chrome !== 'undefined' && Boolean(chrome.runtime?.sendMessage)), false)
  await page.close()
})

test('another extension is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-other-'))
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ manifest_version: 3, name: 'Other', version: '1', background: { service_worker: 'other.js' } }),
  )
  writeFileSync(join(folder, 'other.js'), '')
  writeFileSync(join(folder, 'other.html'), '<!doctype html><title>Other</title>')
  const extension = `${world.extension},${folder}`
  const browser = await launchBrowserWithExtension({ extension })
  try {
    const workers = browser.context.serviceWorkers()
    const other =
      workers.find(worker => !worker.url().includes(world.shopper.browser.extensionId)) ??
      (await browser.context.waitForEvent('serviceworker', {
        predicate: worker => !worker.url().includes(world.shopper.browser.extensionId),
      }))
    const answer = await other.evaluate(
      id =>
        chrome.runtime.sendMessage(id, { type: 'call', method: 'view', args: [] }).then(
          value => ({ value }),
          error => ({ error: String(error) }),
        ),
      world.shopper.browser.extensionId,
    )
    assert.ok(answer.error || !answer.value?.ok, JSON.stringify(answer))
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
