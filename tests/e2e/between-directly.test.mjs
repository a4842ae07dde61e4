// Two purses pay each other over a direct connection (WebRTC) while every bank and every other party is stopped. The
// wallets reach each other by the machine's own addresses, which Chromium tells extensions; to the page that is no
// wallet it gives names of multicast DNS instead, so that both kinds are gone by.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { BankCustomer } from '../../scripts/lib/bank-customer.mjs'
import { AIKO, words } from '../../scripts/lib/shopper.mjs'
import { moduleOf } from './support/catalogues.mjs'
import { cameraOf, film } from './support/fake-camera.mjs'
import { axeLook, narrowLook } from './support/looks.mjs'
import { noLocalNetwork, silenceAt } from './support/network.mjs'
import { eventually, openWorld } from './support/world.mjs'

const { descriptionOf, pairingOf, pairingOfOwn, pairingText } = await moduleOf('extension/features/purse/between/pairing.ts')

const KENJI = { ...AIKO, name: 'Kenji Mori' }
const skip = noLocalNetwork
const folder = mkdtempSync(join(tmpdir(), 'tallystick-camera-'))
const filmed = join(folder, 'code.y4m')
const SHOTS = process.env.TALLYSTICK_SHOTS
let world, aiko, kenji, silence
/** The pages that are connected: Kenji's purse and Aiko's. */
let his, hers

const purseOf = async holder => (await holder.view()).purses[0]
const amounts = async () => Promise.all([aiko, kenji].map(async holder => (await purseOf(holder)).amount_minor))
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const says = (page, sentence) => page.getByRole('status').filter({ hasText: sentence }).waitFor()
const ended = (page, why) => says(page, words(`between.direct.ended.${why}`))
/** The button that names an amount. */
const confirm = (page, key) => page.getByRole('button', { name: new RegExp(`^${words(key, { amount: '' }).trim()} .*\\d`) }).click()

const shownOn = page => page.getByRole('img', { name: words('between.direct.code'), exact: true })

/** The pairing code that a page shows. */
async function codeOn(page) {
  await shownOn(page).waitFor()
  const text = await page.getByRole('region', { name: words('between.direct.text'), exact: true }).textContent()
  return text.trim()
}

/** Has a page begin to pair; resolves to its code. */
async function offerOn(page) {
  await press(page, words('between.direct.begin'))
  return codeOn(page)
}

/** Lets a page read a code: the one that answers its own, or whatever another wallet shows. */
async function read(page, label, text) {
  await page.getByLabel(words(label), { exact: true }).fill(text)
  await press(page, words('between.look'))
}

async function takeUp(page, text) {
  await press(page, words('between.take'))
  await read(page, 'between.paste', text)
}

async function pair() {
  await takeUp(hers, await offerOn(his))
  await read(his, 'between.direct.paste', await codeOn(hers))
  await connected()
}

async function connected() {
  for (const page of [his, hers]) await says(page, words('between.direct.open'))
}

/** Holds the code of Aiko's page before Kenji's camera. */
async function look() {
  await film(shownOn(hers), filmed)
  await press(his, words('between.camera.button'))
}

/** Asks for so much on a page that is connected. */
async function ask(page, yen) {
  await press(page, words('between.ask'))
  await page.getByLabel(words('between.amount'), { exact: true }).fill(String(yen))
  await page.getByLabel(words('add.pin'), { exact: true }).fill(AIKO.pin)
  await press(page, words('between.ask.button'))
}

/** Types the PIN under what came by itself, once it says this. */
async function decide(page, sentence) {
  await page.getByText(sentence).waitFor()
  await page.getByLabel(words('add.pin'), { exact: true }).fill(AIKO.pin)
}

/**
 * A program that is no wallet: pairs with a page that offers, or by an offer of its own with a page that reads it.
 * Resolves to its page, where `send` is the channel's.
 */
async function stranger(page, { label = 'tallystick', protocol = 'tallystick-between-1', offers = false } = {}) {
  const theirs = await kenji.context.newPage()
  const own = async description => pairingText(pairingOfOwn(await theirs.evaluate(describe, description)))
  if (offers) {
    await takeUp(page, await own({ label, protocol }))
    await theirs.evaluate(answer => globalThis.peer.setRemoteDescription(answer), descriptionOf(pairingOf(await codeOn(page))))
  } else {
    await read(page, 'between.direct.paste', await own({ offer: descriptionOf(pairingOf(await offerOn(page))) }))
  }
  return theirs
}

/** In the stranger's page: an offer, or the answer to one, with all addresses in it. */
async function describe({ offer, label, protocol }) {
  const peer = new RTCPeerConnection({ iceServers: [] })
  globalThis.peer = peer
  const opened = new Promise(resolve => {
    const use = channel => (channel.onopen = () => resolve(channel))
    if (offer) peer.ondatachannel = ({ channel }) => use(channel)
    else use(peer.createDataChannel(label, { protocol }))
  })
  globalThis.send = async data => (await opened).send(data)
  if (offer) await peer.setRemoteDescription(offer)
  await peer.setLocalDescription()
  while (peer.iceGatheringState !== 'complete') await new Promise(resolve => setTimeout(resolve, 20))
  return { type: peer.localDescription.type, sdp: peer.localDescription.sdp }
}

before(async () => {
  if (skip) return
  world = await openWorld({ shots: SHOTS, as: BankCustomer })
  aiko = world.shopper
  kenji = await BankCustomer.start(world.parties, {
    extension: world.extension,
    shots: SHOTS && join(SHOTS, 'kenji'),
    person: KENJI,
    args: cameraOf(filmed),
  })
  for (const holder of [aiko, kenji]) {
    await holder.enrol()
    await holder.openBankAccount()
  }
  await aiko.deposit(50_000)
  await aiko.move('load', 10_000)
  await world.down()
  silence = await silenceAt(world.parties.port)
  his = await kenji.purse()
  hers = await aiko.purse()
})

after(async () => {
  silence?.close()
  await kenji?.close()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('t004_6 two wallets are paired by a code of each, which fits a still one', { skip }, async () => {
  const offer = await offerOn(his)
  await kenji.shot(his, 'directly-offered', { fullPage: true })
  assert.deepEqual(await axeLook(his), [])
  assert.deepEqual(await narrowLook(his, { width: 320, height: 640 }), [])
  await read(his, 'between.direct.paste', offer)
  await his.getByText(words('between.direct.wrong')).waitFor()
  await takeUp(hers, offer)
  const answer = await codeOn(hers)
  await aiko.shot(hers, 'directly-answered', { fullPage: true })
  for (const code of [offer, answer]) assert.ok(code.length <= 600, `${code.length} characters`)
  await read(his, 'between.direct.paste', answer)
  await connected()
  await kenji.shot(his, 'directly-connected', { fullPage: true })
  assert.deepEqual(await axeLook(his), [])
})

test(
  't004_6 t004_14 t004_25 t004_30 one asks, the other pays, the first takes, each with the PIN, and both purses know it',
  { skip },
  async () => {
    await ask(his, 1_500)
    await decide(hers, /asks for ¥1,500/)
    await aiko.shot(hers, 'directly-pay', { fullPage: true })
    assert.deepEqual(await amounts(), [10_000, 0], 'nothing is paid before the payer says so')
    await confirm(hers, 'between.pay.button')
    await decide(his, /pays you ¥1,500/)
    await kenji.shot(his, 'directly-take', { fullPage: true })
    assert.equal((await purseOf(aiko)).out_minor, 1_500, 'it is on its way until the payee has taken it')
    await confirm(his, 'between.take.button')
    await eventually('the receipt went back by itself', async () => (await purseOf(aiko)).out_minor === 0)
    await aiko.shot(hers, 'directly-settled', { fullPage: true })
    assert.deepEqual(await amounts(), [8_500, 1_500])
  },
)

test('what was received is paid back over the same connection, and what is refused comes back', { skip }, async () => {
  await ask(hers, 700)
  await decide(his, /asks for ¥700/)
  await confirm(his, 'between.pay.button')
  await decide(hers, /pays you ¥700/)
  await press(hers, words('between.refuse'))
  await eventually('the refusal went back by itself', async () => {
    const { amount_minor, out_minor } = await purseOf(kenji)
    return amount_minor === 1_500 && out_minor === 0
  })
  assert.deepEqual(await amounts(), [8_500, 1_500])
})

test('what comes while its reader is at something else waits, and takes no place of what is being decided', { skip }, async () => {
  await press(hers, words('between.ask'))
  await ask(his, 200)
  await says(hers, words('between.direct.waits'))
  await hers.getByLabel(words('between.amount'), { exact: true }).waitFor()
  await press(hers, words('action.cancel'))
  await decide(hers, /asks for ¥200/)
  await ask(his, 9_000)
  await hers.waitForTimeout(500)
  await hers.getByText(/asks for ¥200/).waitFor()
  await press(hers, words('action.cancel'))
  await hers.getByText(/No purse here can pay ¥9,000/).waitFor()
  await press(hers, words('action.cancel'))
})

test('the end of a connection is said on both sides, and codes go on from there', { skip }, async () => {
  await press(his, words('between.direct.end'))
  await ended(his, 'closed')
  await ended(hers, 'lost')
  await aiko.shot(hers, 'directly-ended', { fullPage: true })
  const answer = await kenji.answerPayment(await aiko.payPurse(await kenji.askForPayment(300)))
  await aiko.settlePayment(answer)
  assert.deepEqual(await amounts(), [8_200, 1_800])
})

test('a request that was shown as a code goes over once there is a connection', { skip }, async () => {
  await ask(his, 250)
  await pair()
  await decide(hers, /asks for ¥250/)
  await confirm(hers, 'between.pay.button')
  await decide(his, /pays you ¥250/)
  await confirm(his, 'between.take.button')
  await eventually('the receipt went back by itself', async () => (await purseOf(aiko)).out_minor === 0)
  assert.deepEqual(await amounts(), [7_950, 2_050])
  await press(hers, words('between.direct.end'))
  await ended(his, 'lost')
})

test('t004_6 each of the two codes is read by a camera as well', { skip }, async () => {
  await offerOn(hers)
  await press(his, words('between.take'))
  await look()
  await read(hers, 'between.direct.paste', await codeOn(his))
  await connected()
  await press(hers, words('between.direct.end'))
  await ended(his, 'lost')
  await takeUp(hers, await offerOn(his))
  await look()
  await connected()
  await press(hers, words('between.direct.end'))
  await ended(his, 'lost')
})

test('whatever no wallet says ends the connection, with a sentence', { skip }, async () => {
  for (const [why, sends, how] of [
    ['long', 'A'.repeat(4_097)],
    ['garbage', 'Good evening'],
    ['garbage', `TALLY-PAY-1.${'A'.repeat(1_000)}=`],
    ['garbage', Array(8)],
    ['garbage', undefined, { offers: true, label: 'chat' }],
    ['garbage', undefined, { offers: true, protocol: 'tallystick-between-2' }],
  ]) {
    const theirs = await stranger(hers, how)
    if (typeof sends === 'string') await theirs.evaluate(text => globalThis.send(text), sends)
    else if (sends) await theirs.evaluate(bytes => globalThis.send(Uint8Array.from(bytes)), [...sends])
    await ended(hers, why)
    await theirs.close()
  }
  await aiko.shot(hers, 'directly-garbage', { fullPage: true })
  assert.deepEqual(await axeLook(hers), [])
})

test('more at once than anybody can look at ends the connection', { skip }, async () => {
  const theirs = await stranger(hers)
  await says(hers, words('between.direct.open'))
  await press(hers, words('between.ask'))
  await theirs.evaluate(async () => {
    for (let text = 0; text < 5; text += 1) await globalThis.send('TALLY-ASK-1.AAAA')
  })
  await ended(hers, 'many')
  await press(hers, words('action.cancel'))
  await theirs.close()
})

test('t004_6 after all that a payment by codes is as good as before', { skip }, async () => {
  const answer = await aiko.answerPayment(await kenji.payPurse(await aiko.askForPayment(50)))
  await kenji.settlePayment(answer)
  assert.deepEqual(await amounts(), [8_000, 2_000])
})

test('no wallet asked any party for anything meanwhile', { skip }, () => {
  assert.deepEqual(silence.asked, [])
})
