// The disk is full: nothing of a step is stored, nothing is sent, the wallet says so, and goes on when there is room.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

let world
/** A page of the extension, from which its storage is looked at. */
let inside
let session

before(async () => {
  world = await openWorld({ limited: true })
  await world.shopper.enrol()
  inside = await world.shopper.openPage(world.shopper.walletUrl('popup'))
})

after(() => world?.close())

const problemWords = (await import('../../extension/i18n/problems/en.json', { with: { type: 'json' } })).default
const storageFailed = part => problemWords[`problem.storage-failed.${part}`]

/** Lets the extension store no more than it has, or as much as it likes. */
async function quota(full) {
  const origin = `chrome-extension://${world.shopper.browser.extensionId}`
  // The override ends with its session.
  session ??= await world.shopper.context.newCDPSession(inside)
  await session.send('Storage.overrideQuotaForOrigin', full ? { origin, quotaSize: 1 } : { origin })
  // Chromium looks at the quota anew half a minute after it last did.
  await eventually(full ? 'the disk is full' : 'there is room', async () => (await isFull()) === full, 60_000)
}

/** Whether a byte more is refused, in a database beside the wallet's. */
function isFull() {
  return inside.evaluate(async () => {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open('probe')
      request.onupgradeneeded = () => request.result.createObjectStore('bytes')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    }).catch(() => undefined)
    if (!database) return true
    const transaction = database.transaction('bytes', 'readwrite')
    transaction.objectStore('bytes').put(1, 1)
    const refused = await new Promise(resolve => {
      transaction.oncomplete = () => resolve(false)
      transaction.onabort = () => resolve(true)
    })
    database.close()
    return refused
  })
}

/** Every record the wallet keeps, by name, as base64. */
function stored() {
  return inside.evaluate(async () => {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open('tallystick')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const records = database.transaction('records').objectStore('records')
    const all = request => new Promise(resolve => (request.onsuccess = () => resolve(request.result)))
    const [keys, values] = await Promise.all([all(records.getAllKeys()), all(records.getAll())])
    database.close()
    return Object.fromEntries(keys.map((key, place) => [key, btoa(String.fromCharCode(...values[place]))]))
  })
}

test('the disk is full at Approve: nothing of it is stored or sent, the wallet says so, and Approve works when there is room', async () => {
  const { shopper, parties } = world
  const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()
  const [recordsBefore, ordersBefore] = [await stored(), (await consoleOf(parties, 'shop')).orders.length]
  await quota(true)
  await shopper.approve(approval)
  for (const part of ['sentence', 'money', 'remedy']) await approval.getByText(storageFailed(part)).waitFor()
  assert.deepEqual(await stored(), recordsBefore, 'an aborted transaction has stored nothing')
  assert.equal((await consoleOf(parties, 'shop')).orders.length, ordersBefore)
  await quota(false)
  await approval.getByRole('button', { name: words('action.retry') }).click()
  await shopper.approve(approval)
  const tracking = await shopper.delivered(approval)
  await store.getByText(tracking).waitFor()
  assert.equal((await consoleOf(parties, 'shop')).orders.length, ordersBefore + 1)
  await Promise.all([approval.close(), store.close()])
})

test('the disk is full while an order is on its way: the wallet says that it stands still, and it goes on when there is room', async () => {
  const { shopper } = world
  const store = await shopper.fillBasket([{ sku: 'hojicha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await approval.getByLabel(words('approve.pin'), { exact: true }).waitFor()
  await world.down()
  await shopper.approve(approval)
  await approval.getByText(words('approve.background')).waitFor()
  const approved = await stored()
  await quota(true)
  await world.back()
  await approval.getByText(storageFailed('money')).waitFor()
  assert.deepEqual(await stored(), approved, 'what the parties answered is stored whole or not at all')
  await quota(false)
  const tracking = await shopper.delivered(approval)
  await store.getByText(tracking).waitFor()
  assert.equal(await approval.getByText(storageFailed('money')).count(), 0, 'the trouble is over')
  await Promise.all([approval.close(), store.close()])
})
