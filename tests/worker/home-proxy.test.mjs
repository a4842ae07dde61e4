// The home proxy on workerd: a home browser connects by WebSocket, which lasts while the object is not in memory, and a
// terminal reaches it over HTTP.
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { after, test } from 'node:test'
import { cbor, map, message } from '../support/messages.mjs'
import { openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'
import { openSocket } from '../support/socket.mjs'

const PROXY = 'hearth.localhost'
const COSE = 'application/cose'
/** Numbers of messages, purposes and calls: docs/messages.cddl. */
const [ACCESS_REQUEST, ACCESS_ANSWER, HOME_REGISTRATION, HOME_CONNECT, HOME_CALL, HOME_REPLY] = [130, 131, 152, 155, 156, 158]
const [OPEN, STOP] = [1, 3]
const [ACCESS_CALL, STOP_CALL] = [1, 6]

const parties = await openParties()
const sockets = []
after(() => sockets.forEach(socket => socket.close()))

/** Keys of a home card or a terminal, with the name that follows from them. */
function keysOf(context) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = map(publicKey.export({ type: 'spki', format: 'der' }), randomBytes(32))
  const name = createHash('sha256').update(context).update(cbor(keys)).digest()
  const signed = (what, payload) => {
    const header = cbor(new Map([[1, -7]]))
    const structure = cbor(['Signature1', header, Buffer.from(what), payload])
    const signature = sign('sha256', structure, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return Buffer.concat([Buffer.from([0xd2]), cbor([header, new Map(), payload, signature])])
  }
  return { keys, name, signed }
}

const seconds = () => Math.floor(Date.now() / 1000)
const post = (path, body) => parties.fetch(PROXY, path, { method: 'POST', headers: { 'content-type': COSE }, body })

/** A home with one terminal, registered. */
async function registered() {
  const home = keysOf('tallystick/v1/home/name')
  const terminal = keysOf('tallystick/v1/terminal/name')
  const token = randomBytes(32)
  const verifier = createHash('sha256').update(token).digest()
  const registration = message(HOME_REGISTRATION, home.keys, PROXY, verifier, [terminal.keys], 1, seconds())
  const answer = await post('/v1/homes', home.signed('tallystick/v1/home/registration', registration))
  assert.equal(answer.status, 204, answer.text())
  const path = `/v1/homes/${home.name.toString('hex')}`
  const connect = async () => {
    const socket = await openSocket(parties.port, PROXY, `${path}/connection`)
    if (socket.isOpen) sockets.push(socket)
    return socket
  }
  const ask = (what, purpose) => {
    const request = message(ACCESS_REQUEST, home.name, terminal.name, PROXY, purpose, randomBytes(32), seconds())
    return post(`${path}/${what}`, terminal.signed('tallystick/v1/access-request', request))
  }
  return { connect, ask, first: message(HOME_CONNECT, home.name, token), home, terminal, path }
}

/** Number, kind and content of a call, as the proxy encodes it. */
function read(call) {
  const begin = message(HOME_CALL)
  assert.deepEqual(call.subarray(0, 4), begin.subarray(0, 4))
  const [number, from] = numberAt(call, 6)
  const terminal = call.subarray(from + 3, from + 35)
  return { number, terminal, kind: call[from + 36], content: call.subarray(from + 38) }
}

function numberAt(bytes, at) {
  const short = bytes[at] & 31
  if (short < 24) return [short, at + 1]
  const length = 1 << (short - 24)
  return [Number(BigInt(`0x${bytes.subarray(at + 1, at + 1 + length).toString('hex')}`)), at + 1 + length]
}

const reply = (number, content) => message(HOME_REPLY, number, undefined, content)

/** What home answers to the next call. */
async function answers(socket, content) {
  const call = read(await socket.next())
  socket.send(reply(call.number, content))
  return call
}

test('a terminal reaches its home over the connection that the home browser holds open', async () => {
  const { connect, ask, first, terminal } = await registered()
  assertProblem(await ask('requests', OPEN), 503, 'home-not-connected')
  const socket = await connect()
  socket.send(first)
  const nonce = message(ACCESS_ANSWER, randomBytes(32))
  const asked = answers(socket, nonce)
  const answer = await ask('requests', OPEN)
  assert.equal(answer.status, 200, answer.text())
  assert.equal(answer.headers['content-type'], 'application/cbor')
  assert.deepEqual(answer.body, nonce)
  const call = await asked
  assert.equal(call.kind, ACCESS_CALL)
  assert.deepEqual(call.terminal, terminal.name)
})

test('ping is answered by the platform, and a connection lasts', async () => {
  const { connect, ask, first } = await registered()
  const socket = await connect()
  socket.send('ping')
  socket.send(first)
  assert.equal(await socket.next(), 'pong')
  // Ten seconds without an event, and workerd may take the object out of memory; who is silent after its token stays.
  await new Promise(resolve => setTimeout(resolve, 12_000))
  socket.send('ping')
  assert.equal(await socket.next(), 'pong')
  const nonce = message(ACCESS_ANSWER, randomBytes(32))
  const asked = answers(socket, nonce)
  const answer = await ask('requests', OPEN)
  assert.equal(answer.status, 200, answer.text())
  await asked
})

test('a wrong token, and silence, end a connection; a newer one replaces the older', async () => {
  const { connect, first, home } = await registered()
  const wrong = await connect()
  wrong.send(message(HOME_CONNECT, home.name, randomBytes(32)))
  assert.equal(await wrong.next(), undefined)
  const silent = await connect()
  const older = await connect()
  older.send(first)
  older.send('ping')
  assert.equal(await older.next(), 'pong')
  const newer = await connect()
  newer.send(first)
  assert.equal(await older.next(), undefined)
  assert.equal(await silent.next(), undefined)
  newer.send('ping')
  assert.equal(await newer.next(), 'pong')
})

test('who hangs up is not connected any more', async () => {
  const { connect, ask, first } = await registered()
  const socket = await connect()
  socket.send(first)
  const waits = ask('requests', OPEN)
  assert.equal(read(await socket.next()).kind, ACCESS_CALL)
  socket.close()
  assertProblem(await waits, 503, 'home-not-connected')
  assertProblem(await ask('requests', OPEN), 503, 'home-not-connected')
})

test('a stop waits for the home, and is the first that it hears', async () => {
  const { connect, ask, first } = await registered()
  assert.equal((await ask('stops', STOP)).status, 202)
  const socket = await connect()
  socket.send(first)
  assert.equal((await answers(socket, Buffer.alloc(0))).kind, STOP_CALL)
  const stopped = ask('stops', STOP)
  assert.equal((await answers(socket, Buffer.alloc(0))).kind, STOP_CALL)
  assert.equal((await stopped).status, 204)
})

test('nobody connects to a home that is not registered, or without a WebSocket', async () => {
  const { path } = await registered()
  assertProblem(await parties.fetch(PROXY, `${path}/connection`), 400, 'malformed')
  const nobody = await openSocket(parties.port, PROXY, `/v1/homes/${'00'.repeat(32)}/connection`)
  assert.equal(nobody.status, 404)
  assert.match(nobody.body, /home-unknown/)
  const other = await openSocket(parties.port, 'kiso-tea.localhost', `${path}/connection`)
  assert.equal(other.status, 404)
})

test('what is not signed by the home or the terminal changes nothing', async () => {
  const { ask, home, terminal, path } = await registered()
  const forged = message(HOME_REGISTRATION, home.keys, PROXY, randomBytes(32), [], 2, seconds())
  assertProblem(await post('/v1/homes', terminal.signed('tallystick/v1/home/registration', forged)), 403, 'home-bad-signature')
  const request = message(ACCESS_REQUEST, home.name, terminal.name, PROXY, OPEN, randomBytes(32), seconds())
  assertProblem(await post(`${path}/requests`, home.signed('tallystick/v1/access-request', request)), 403, 'home-bad-signature')
  const twice = terminal.signed('tallystick/v1/access-request', request)
  assertProblem(await post(`${path}/requests`, twice), 503, 'home-not-connected')
  assertProblem(await post(`${path}/requests`, twice), 403, 'home-bad-signature')
  assertProblem(await ask('requests', STOP), 400, 'malformed')
})
