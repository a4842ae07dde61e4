// A card that the home proxy hosts, on workerd: made, given its PIN, its key and its passwords; how long each takes there.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { message } from '../support/messages.mjs'
import { openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const PROXY = 'hearth.localhost'
/** Numbers of messages: docs/messages.cddl. */
const [HOSTED_CARD, HOSTED_COMMAND] = [163, 165]
/** Applets, and what they are asked: docs/card.md. */
const IDENTITY = 'a000000308000010000100'
const PIN = Buffer.concat([Buffer.from('161803'), Buffer.from('ffff', 'hex')])
const FACTORY_PIN = Buffer.concat([Buffer.from('123456'), Buffer.from('ffff', 'hex')])
const OK = '9000'

const parties = await openParties()
const post = (path, body) => parties.fetch(PROXY, path, { method: 'POST', headers: { 'content-type': 'application/cbor' }, body })

/** What a message carries as its one field, a byte string: version, number and a map of one. */
function carried(body) {
  const at = 6 // [1, number of one byte beyond 23, {0: …
  const short = body[at] & 31
  const from = at + (short < 24 ? 1 : short === 24 ? 2 : 3)
  return body.subarray(from)
}

/** An extended command APDU. */
const apdu = (header, data = Buffer.alloc(0)) =>
  Buffer.concat([
    Buffer.from(header, 'hex'),
    data.length > 0 ? Buffer.concat([Buffer.from([0, data.length >> 8, data.length & 255]), data]) : Buffer.from([0]),
    Buffer.from([0, 0]),
  ])

class Holder {
  token = randomBytes(32)
  path = `/v1/hosted-cards/${createHash('sha256').update(this.token).digest('hex')}`
  number = 0

  card = () => message(HOSTED_CARD, this.token)

  async power() {
    const answer = await post(`${this.path}/power`, this.card())
    assert.equal(answer.status, 200, answer.text())
    this.number = 0
    this.named = carried(answer.body)
    assert.equal(this.named.length, 16)
  }

  command = (number, command) => post(`${this.path}/commands`, message(HOSTED_COMMAND, this.token, this.named, number, command))

  /** The response to the next command: data and status word. */
  async says(command) {
    this.number += 1
    const answer = await this.command(this.number, command)
    assert.equal(answer.status, 200, answer.text())
    return carried(answer.body)
  }

  async does(command) {
    const response = await this.says(command)
    assert.equal(response.subarray(-2).toString('hex'), OK)
    return response.subarray(0, -2)
  }

  select = applet => this.does(apdu('00a40400', Buffer.from(applet, 'hex')))
}

async function hosted() {
  const holder = new Holder()
  const made = await post('/v1/hosted-cards', holder.card())
  assert.equal(made.status, 204, made.text())
  await holder.power()
  await holder.select(IDENTITY)
  return holder
}

async function timed(context, what, work) {
  const begun = performance.now()
  await work()
  const ms = performance.now() - begun
  context.diagnostic(`${what}: ${Math.round(ms)} ms`)
  return ms
}

test('a hosted card stretches its PIN and makes an RSA key within what a wallet waits', async context => {
  const holder = await hosted()
  const change = apdu('00240080', Buffer.concat([FACTORY_PIN, PIN]))
  const verify = apdu('00200080', PIN)
  const generate = apdu('0047009c', Buffer.from('ac03800107', 'hex'))
  const told = [
    await timed(context, 'changing the PIN', () => holder.does(change)),
    await timed(context, 'presenting the PIN', () => holder.does(verify)),
    await timed(context, 'making an RSA-2048 key', () => holder.does(generate)),
  ]
  // The wallet waits 20 seconds for an answer, and asks three times for the same.
  for (const ms of told) assert.ok(ms < 20_000, `${ms} ms`)
})

test('what is kept is sealed, done once, and there under the next power', async () => {
  const holder = await hosted()
  await holder.does(apdu('00240080', Buffer.concat([FACTORY_PIN, PIN])))
  const wrong = apdu('00200080', FACTORY_PIN)
  const first = await holder.says(wrong)
  assert.equal(first.toString('hex'), '63c2')
  const again = await holder.command(holder.number, wrong)
  assert.deepEqual(carried(again.body), first)
  const before = holder.named
  await holder.power()
  const now = holder.named
  holder.named = before
  assertProblem(await holder.command(1, wrong), 410, 'home-no-session')
  holder.named = now
  await holder.select(IDENTITY)
  assert.equal((await holder.says(apdu('00200080'))).toString('hex'), '63c2')
  await holder.does(apdu('00200080', PIN))
})

test('a stranger, and whoever comes after the removal, reach nothing', async () => {
  const holder = await hosted()
  const stranger = new Holder()
  assertProblem(await post(`${holder.path}/power`, stranger.card()), 401, 'unauthorised')
  assertProblem(await post(`${stranger.path}/power`, stranger.card()), 404, 'home-unknown')
  assert.equal((await post(`${holder.path}/removal`, holder.card())).status, 204)
  assertProblem(await holder.command(9, apdu('00200080')), 404, 'home-unknown')
})
