// The readers' module over Chromium's own WebHID stack, in the service worker of an extension that has
// nothing else: what wasm/reader's tests show with emulated devices holds with the browser's own events and errors.
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launchBrowserWithExtension } from '../../scripts/lib/browser.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { DEVICE, VirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { eventually } from './support/world.mjs'

const skip = (await whyNoDevice()) ?? false
const SELECT_KEYS = [0x00, 0xa4, 0x04, 0x00, 7, 0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x01, 0x00]
/** 255 bytes for an instruction that no applet has: six reports. */
const LONG = [0x00, 0x01, 0x00, 0x00, 255, ...Array(255).fill(7)]
let folder
let card
let browser

before(async () => {
  if (skip) return
  folder = extensionWithReaders()
  card = await VirtualCard.start()
  browser = await launchBrowserWithExtension({ ...card.browserOptions(folder), extension: folder })
})

after(async () => {
  await browser?.close()
  await card?.close()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** An extension whose service worker holds the module as `readers`. */
function extensionWithReaders() {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-readers-'))
  const { key } = JSON.parse(readFileSync(at('manifest.json'), 'utf8'))
  const manifest = {
    manifest_version: 3,
    name: 'Readers',
    version: '1',
    key,
    background: { service_worker: 'main.js', type: 'module' },
    content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'" },
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  writeFileSync(
    join(folder, 'main.js'),
    `
    import init, { Readers } from './tallystick_readers.js'
    self.readers = init().then(() => new Readers())
    chrome.runtime.onMessage.addListener((apdu, _sender, answer) => {
      void self.readers.then(readers => readers.power()).then(async card => answer([...await card.transmit(Uint8Array.from(apdu))]))
      return true
    })
  `,
  )
  writeFileSync(join(folder, 'page.html'), '<!doctype html><title>Readers</title>')
  for (const name of ['tallystick_readers.js', 'tallystick_readers_bg.wasm']) copyFileSync(at('wasm/reader/pkg', name), join(folder, name))
  return folder
}

const list = () => browser.worker.evaluate(async () => (await self.readers).list())

/** Power, these commands in turn, and the end of the session: each response, or the kind of the fault. */
const session = (...apdus) =>
  browser.worker.evaluate(async apdus => {
    const kind = ({ name, kind, reader }) => ({ name, kind, reader })
    const readers = await self.readers
    const card = await readers.power().catch(kind)
    if (!card.transmit) return [card]
    const answers = []
    for (const apdu of apdus) answers.push(await card.transmit(Uint8Array.from(apdu)).then(response => [...response], kind))
    card.free()
    return answers
  }, apdus)

const fault = kind => ({ name: 'ReaderFault', kind, reader: DEVICE.name })

test('the card is listed and takes commands of one report and of many', { skip }, async () => {
  const [view] = await list()
  assert.deepEqual(view, { id: 'hid-2c97-1011-1', name: DEVICE.name, dialect: 'ledger-hid', state: 'card' })
  const [selected, long] = await session(SELECT_KEYS, LONG)
  assert.deepEqual(selected.slice(-2), [0x90, 0x00])
  assert.deepEqual(long, [0x6d, 0x00])
})

test('one session after another opens the device anew', { skip }, async () => {
  for (let round = 0; round < 3; round += 1) assert.deepEqual((await session(SELECT_KEYS))[0].slice(-2), [0x90, 0x00])
})

test('while another program has the device, it is not opened, for which WebHID gives no reason', { skip }, async () => {
  await card.hold()
  try {
    assert.equal((await list())[0].state, 'not-opened')
    assert.deepEqual(await session(SELECT_KEYS), [fault('not-opened')])
  } finally {
    await card.release()
  }
  assert.equal((await list())[0].state, 'card')
  assert.deepEqual((await session(SELECT_KEYS))[0].slice(-2), [0x90, 0x00])
})

test('a card pulled in the middle of a command is removed, then not listed, and works when it is back', { skip }, async () => {
  await card.pullAfter(2)
  const [selected, ...faults] = await session(SELECT_KEYS, SELECT_KEYS, SELECT_KEYS)
  assert.deepEqual(selected.slice(-2), [0x90, 0x00])
  assert.deepEqual(faults, [fault('removed'), fault('removed')])
  // The module lists what is plugged in; that a reader is missed, extension/background/readers.ts says.
  await eventually('the reader is not listed', async () => (await list()).length === 0)
  assert.deepEqual(await session(SELECT_KEYS), [{ name: 'ReaderFault', kind: 'no-reader', reader: '' }])
  await card.insert()
  await eventually('the reader is back', async () => (await list())[0]?.state === 'card')
  assert.deepEqual((await session(SELECT_KEYS))[0].slice(-2), [0x90, 0x00])
})

test('a service worker that was ended in mid-command leaves nothing to the next one', { skip }, async () => {
  const page = await browser.context.newPage()
  await page.goto(`chrome-extension://${browser.extensionId}/page.html`)
  const send = apdu => page.evaluate(apdu => chrome.runtime.sendMessage(apdu).catch(() => 'ended'), apdu)
  await card.delay(1_500)
  const { frames } = await card.counters()
  const lost = send(LONG)
  await eventually('the device has the command', async () => (await card.counters()).frames >= frames + 5)
  await endServiceWorker(page)
  assert.equal(await lost, 'ended')
  const answer = await send(SELECT_KEYS)
  assert.ok(answer.length > 2, 'the answer to SELECT, not to the lost command')
  assert.deepEqual(answer.slice(-2), [0x90, 0x00])
  await card.delay(0)
})

/** As Chromium does when it is short of memory. */
async function endServiceWorker(page) {
  const session = await browser.context.newCDPSession(page)
  const { targetInfos } = await session.send('Target.getTargets')
  const workers = targetInfos.filter(({ type, url }) => type === 'service_worker' && url.includes(browser.extensionId))
  for (const { targetId } of workers) await session.send('Target.closeTarget', { targetId })
  await session.detach()
  assert.equal(workers.length, 1)
}
