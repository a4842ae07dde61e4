// What the other tests with a card in a reader rest on: Chromium's own WebHID stack sees the virtual
// card's device in the extension's service worker, an APDU goes through it, and it comes and goes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launchBrowserWithExtension } from '../../scripts/lib/browser.mjs'
import { extensionFolder } from '../../scripts/lib/paths.mjs'
import { DEVICE, VirtualCard, whyNoDevice } from '../../scripts/lib/virtual-card.mjs'
import { eventually } from './support/world.mjs'

const skip = (await whyNoDevice()) ?? false
const SELECT_KEYS = [0x00, 0xa4, 0x04, 0x00, 7, 0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x01, 0x00]
let card
let browser

before(async () => {
  if (skip) return
  card = await VirtualCard.start()
  browser = await launchBrowserWithExtension(card.browserOptions(extensionFolder))
})

after(async () => {
  await browser?.close()
  await card?.close()
})

const devices = () =>
  browser.worker.evaluate(async () =>
    (await navigator.hid.getDevices()).map(({ productName, vendorId, collections }) => ({
      productName,
      vendorId,
      usagePage: collections[0].usagePage,
    })),
  )

/** Sends a command that fits into one report; resolves to the bytes of the first report of its response. */
const transmit = apdu =>
  browser.worker.evaluate(async apdu => {
    const [device] = await navigator.hid.getDevices()
    if (!device.opened) await device.open()
    const answered = new Promise(resolve =>
      device.addEventListener('inputreport', ({ data }) => resolve([...new Uint8Array(data.buffer)]), { once: true }),
    )
    const report = new Uint8Array(64)
    report.set([0xbe, 0xef, 0x05, 0, 0, 0, apdu.length, ...apdu])
    await device.sendReport(0, report)
    return answered
  }, apdu)

test('the service worker lists the device', { skip }, async () => {
  assert.deepEqual(await devices(), [{ productName: DEVICE.name, vendorId: 0x2c97, usagePage: 0xffa0 }])
})

test('an APDU goes through it to the card and back', { skip }, async () => {
  const before = await card.counters()
  const report = await transmit(SELECT_KEYS)
  assert.deepEqual(report.slice(0, 5), [0xbe, 0xef, 0x05, 0, 0])
  const length = report[5] * 256 + report[6]
  assert.deepEqual(report.slice(7 + length - 2, 7 + length), [0x90, 0x00])
  const counted = await card.counters()
  assert.equal(counted.commands - before.commands, 1)
  assert.equal(counted.command_bytes - before.command_bytes, SELECT_KEYS.length)
  assert.equal(counted.frames - before.frames, 2)
})

test('it goes with the card, in the middle of a command too, and comes back with it', { skip }, async () => {
  await card.pullAfter(1)
  const pulled = card.pulled()
  void transmit(SELECT_KEYS).catch(() => {}) // never answered
  await pulled
  await eventually('the device is gone', async () => (await devices()).length === 0)
  await card.insert()
  await eventually('the device is back', async () => (await devices()).length === 1)
  assert.equal((await transmit(SELECT_KEYS)).length, 64)
})

test('while another program has it for itself, it is listed and cannot be opened', { skip }, async () => {
  const open = () =>
    browser.worker.evaluate(async () => {
      const [device] = await navigator.hid.getDevices()
      await device.close()
      return device.open().then(
        () => 'opened',
        ({ name }) => name,
      )
    })
  await card.hold()
  assert.equal((await devices()).length, 1)
  assert.equal(await open(), 'NotAllowedError')
  await card.release()
  assert.equal(await open(), 'opened')
})
