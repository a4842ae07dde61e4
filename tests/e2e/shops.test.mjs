// docs/shops.md, followed literally: what it says to run is run, in a folder of its own, and a wallet in Chromium buys there.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { parseEnv } from 'node:util'
import { must } from '../../scripts/lib/command.mjs'
import { at, extensionFolder, root } from '../../scripts/lib/paths.mjs'
import { partiesAt } from '../../scripts/lib/parties.mjs'
import { deploymentOf } from '../../scripts/lib/prepare.mjs'
import { Shopper } from '../../scripts/lib/shopper.mjs'
import { environmentFile, readShops } from '../../scripts/lib/shops.mjs'
import { blocksOf } from '../support/document.mjs'
import { eventually } from './support/world.mjs'

/** How long a step of the document may take: `npm start` builds what has changed. */
const STEP_MS_MAX = 840_000
/** How long a page or a webhook may take beside everything that runs here. */
const PATIENCE_MS = 120_000
const STORE = 'http://my-honey.localhost:8950'

const folder = mkdtempSync(join(tmpdir(), 'tallystick-shops-'))
const state = join(folder, 'state')
const running = []
let shopper
let server
let port
let shop

/** What the document runs: its own order, but for what is marked as the last. */
const steps = blocksOf('docs/shops.md').filter(({ marks }) => marks.run)

/**
 * One step, as somebody types it: in the repository or in a folder of one's own. Two things are not theirs: what the parties keep is in
 * a folder of this test, and they are at a port that was free.
 */
function begin(code, here) {
  const { DISPLAY, WAYLAND_DISPLAY, PORT, ...environment } = process.env
  const env = {
    ...environment,
    TALLYSTICK: root,
    TALLYSTICK_STATE: state,
    npm_config_prefer_offline: 'true',
    ...(here && { PORT: String(port) }),
  }
  const child = spawn('bash', ['-eu', '-c', code.replaceAll('$TALLYSTICK/.state', state)], {
    cwd: here ? root : folder,
    env,
    detached: true,
  })
  const step = { child, output: '', ended: new Promise(resolve => child.on('close', resolve)) }
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (step.output += text))
  return step
}

/** Runs a step to its end, or until it says what the document waits for; what goes on is stopped afterwards. */
async function follow({ marks: { in: place, until }, code }) {
  const step = begin(code, place === 'TALLYSTICK')
  let status
  void step.ended.then(code => (status = code ?? 'stopped'))
  if (until) running.push(step)
  await eventually(`${code}${until ?? 'its end'}`, () => status !== undefined || (until && step.output.includes(until)), STEP_MS_MAX)
  assert.ok(until ? status === undefined : status === 0, `${code}ended with ${status}:\n${step.output}`)
  return step
}

before(async () => {
  port = await freePort()
  for (const step of steps.filter(({ marks }) => !marks.last)) server = await follow(step)
  const parties = partiesAt(port)
  const extension = join(folder, 'extension')
  cpSync(extensionFolder, extension, { recursive: true })
  writeFileSync(join(extension, 'deployment.json'), JSON.stringify(await deploymentOf(parties)))
  shopper = await Shopper.start(parties, { extension, shots: process.env.SHOTS })
  shopper.context.setDefaultTimeout(PATIENCE_MS)
  await shopper.enrol()
})

after(async () => {
  await shopper?.close()
  for (const { child, ended } of running.reverse()) {
    process.kill(-child.pid, 'SIGTERM')
    await ended
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

test('the page of the new shop sells to a real wallet, and a webhook that it verified says how it ends', async () => {
  const page = await shopper.openPage(STORE)
  await page.getByRole('spinbutton', { name: 'Acacia honey' }).fill('2')
  await page.getByText('Together ¥3,600').waitFor()
  await shopper.shot(page, 'my-honey')
  const opened = shopper.context.waitForEvent('page', { predicate: one => one.url().includes('/approve.html') })
  await page.getByRole('button', { name: 'Pay with Tallystick' }).click()
  const approval = await opened
  await approval.setViewportSize({ width: 460, height: 720 })
  await approval.getByText('my-honey.localhost').first().waitFor()
  await approval.getByText('Acacia honey').first().waitFor()
  await shopper.approve(approval)
  await shopper.delivered(approval)
  await page.waitForURL(`${STORE}/thanks.html?order=*`)
  await page.getByRole('status').getByText('It is paid, and the courier has it.').waitFor()
  await shopper.shot(page, 'my-honey-thanks')
  const number = new URL(page.url()).searchParams.get('order')
  assert.match(number, /^[0-9a-f]{64}$/)
  for (const type of ['order.received', 'order.accepted']) assert.ok(server.output.includes(`${type} ${number}`), server.output)
})

test('a webhook that the shop did not sign changes nothing', async () => {
  const body = JSON.stringify({ id: 'z', type: 'order.accepted', order: 'f'.repeat(64), state: 'accepted' })
  const headers = { host: 'my-honey.localhost:8950', 'content-type': 'application/json' }
  const send = more => fetch('http://127.0.0.1:8950/webhook', { method: 'POST', headers: { ...headers, ...more }, body })
  assert.equal((await send({})).status, 401)
  const forged =
    'sig=("@method" "@target-uri" "content-digest" "content-type");created=1;keyid="x";alg="ecdsa-p256-sha256";tag="tallystick-webhook"'
  assert.equal((await send({ 'signature-input': forged, signature: 'sig=:AAAA:', 'content-digest': 'sha-256=:AAAA:' })).status, 401)
  assert.deepEqual(await (await fetch(`http://127.0.0.1:8950/orders/${'f'.repeat(64)}`)).json(), { state: 'received' })
})

test('the server reads, packs and refunds the order, and every event was delivered', async () => {
  shop = await shopOfTheServer()
  const { orders } = await shop.orders.list()
  assert.equal(orders.length, 1)
  const order = await shop.orders.get(orders[0].number)
  assert.deepEqual(
    order.lines.map(({ sku, name, quantity, unit_price_minor }) => ({ sku, name, quantity, unit_price_minor })),
    [{ sku: 'acacia', name: { en: 'Acacia honey', ja: 'アカシア蜂蜜' }, quantity: 2, unit_price_minor: 1800 }],
  )
  assert.equal(order.state, 'accepted')
  assert.ok((await shop.orders.pack(order.number)).packed_at)
  await eventually('the charge', async () => (await shop.orders.get(order.number)).is_charged, PATIENCE_MS)
  await shop.orders.refund(order.number, 1800, { idempotencyKey: 'broken-jar' })
  await shop.orders.refund(order.number, 1800, { idempotencyKey: 'broken-jar' })
  await eventually(
    'the refund',
    async () => (await shop.orders.get(order.number)).refunds.every(({ outcome }) => outcome === 'refunded'),
    PATIENCE_MS,
  )
  const { refunds } = await shop.orders.get(order.number)
  assert.deepEqual(
    refunds.map(({ amount_minor }) => amount_minor),
    [1800],
    'asked for twice, and given back once',
  )
  await eventually(
    'every webhook',
    async () => {
      const { events } = await shop.events.list()
      return events.length >= 4 && events.every(event => event.state === 'delivered') && events
    },
    PATIENCE_MS,
  )
  for (const type of ['order.packed', 'refund.decided']) assert.ok(server.output.includes(`${type} ${order.number}`), server.output)
})

test('what the shop does not take is a problem that says where', async () => {
  const line = { sku: 'acacia', name: { en: 'Acacia honey' }, quantity: 0, unit_price_minor: 1800 }
  await assert.rejects(shop.createForm({ lines: [line] }), error => {
    assert.equal(error.name, 'Problem')
    assert.ok([400, 422].includes(error.status), String(error.status))
    assert.ok(error.title)
    return true
  })
  const stranger = new (await serverPackage()).Shop({ url: `http://my-honey.localhost:${port}`, apiKey: 'x'.repeat(32) })
  await assert.rejects(stranger.orders.list(), { status: 401 })
})

test('the static page’s function has forms made by the same shop, and takes no webhook that is not signed', async () => {
  const pear = join(folder, 'my-pear')
  cpSync(at('examples/static'), pear, { recursive: true })
  const packages = ['page', 'server'].map(name => at('packages', name))
  await must('npm', ['install', ...packages], 'npm could not install the static example.', { cwd: pear })
  await must('npm', ['run', 'build'], 'the static example does not build.', { cwd: pear })
  const { default: worker } = await import(pathToFileURL(join(pear, 'function.mjs')).href)
  const env = serverEnvironment()
  const ask = (path, init) => worker.fetch(new Request(`http://my-pear.localhost${path}`, { method: 'POST', ...init }), env)
  const made = await ask('/checkout')
  assert.equal(made.status, 200)
  assert.ok(Buffer.from((await made.json()).form, 'base64').length > 500)
  assert.equal((await ask('/webhook', { body: '{}' })).status, 401)
  assert.equal((await ask('/other')).status, 404)
})

test('in the wallet, the order is of the new shop', async () => {
  const popup = await shopper.openPage(shopper.walletUrl('popup'))
  await popup.getByText('My Honey').first().waitFor()
  await popup.close()
})

test('the shop is taken away as the document says', async () => {
  assert.equal(readShops(state).length, 1)
  for (const step of steps.filter(({ marks }) => marks.last)) await follow(step)
  assert.deepEqual(readShops(state), [])
})

const serverPackage = () => import('../../packages/server/index.js')

/** What the server of the example was told by --env-file. */
function serverEnvironment() {
  return parseEnv(readFileSync(environmentFile('my-honey', state), 'utf8'))
}

async function shopOfTheServer() {
  const { Shop } = await serverPackage()
  const { TALLYSTICK_SHOP, TALLYSTICK_API_KEY } = serverEnvironment()
  return new Shop({ url: TALLYSTICK_SHOP, apiKey: TALLYSTICK_API_KEY })
}

function freePort() {
  return new Promise(resolve => {
    const probe = net.createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (probe.address())
      probe.close(() => resolve(port))
    })
  })
}
