// Pairing codes: what of a browser's description goes into them, and that nothing else comes out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moduleOf } from './support/catalogues.mjs'

const { PAIRING, descriptionOf, pairingOf, pairingOfOwn, pairingText } = await moduleOf('extension/features/purse/between/pairing.ts')

const FINGERPRINT = Array.from({ length: 32 }, (_, place) => (place * 7 + 6).toString(16).padStart(2, '0').toUpperCase()).join(':')
const NAME = '6c1523d5-e782-4a24-a017-468e1205b55e.local'
const HEAD = ['v=0', 'o=- 2354479089098766186 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel']
const candidate = (address, port = 52354, rest = 'typ host generation 0 network-cost 999') =>
  `a=candidate:1970111633 1 udp 2113937151 ${address} ${port} ${rest}`

/** An offer as Chromium writes it. */
const offer = (candidates, { ufrag = 'O44f', password = '5Iz1gKyJIbWRmHA/U7twnsGa', fingerprint = FINGERPRINT, type = 'offer' } = {}) => ({
  type,
  sdp: [
    ...HEAD,
    ...candidates,
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    `a=fingerprint:sha-256 ${fingerprint}`,
    'a=setup:actpass',
  ].join('\r\n'),
})
const codeOf = (...candidates) => pairingText(pairingOfOwn(offer(candidates)))

/** A code of these bytes, and the bytes of a code. */
const code = bytes => PAIRING + Buffer.from(bytes).toString('base64url')
const bytesOf = text => Buffer.from(text.slice(PAIRING.length), 'base64url')
/** The code of an offer with one byte changed. */
const changed = (place, byte) => code(Buffer.from(bytesOf(codeOf(candidate('fd00::2')))).fill(byte, place, place + 1))

test('a code carries how a browser is reached, and the other side writes a description of its own from it', () => {
  const text = codeOf(candidate(NAME), candidate('192.168.1.20', 9), candidate('fd00::2', 65535))
  assert.match(text, /^TALLY-PAIR-1\.[\w-]+$/)
  const { type, sdp } = descriptionOf(pairingOf(text))
  assert.equal(type, 'offer')
  assert.deepEqual(sdp.split('\r\n'), [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=ice-ufrag:O44f',
    'a=ice-pwd:5Iz1gKyJIbWRmHA/U7twnsGa',
    `a=fingerprint:sha-256 ${FINGERPRINT}`,
    'a=setup:active',
    'a=mid:0',
    'a=sctp-port:5000',
    `a=candidate:1 1 udp 2113937151 ${NAME} 52354 typ host`,
    'a=candidate:2 1 udp 2113937151 192.168.1.20 9 typ host',
    'a=candidate:3 1 udp 2113937151 fd00:0000:0000:0000:0000:0000:0000:0002 65535 typ host',
    '',
  ])
})

test('an answer says that it is one', () => {
  const { type, sdp } = descriptionOf(pairingOf(pairingText(pairingOfOwn(offer([candidate(NAME)], { type: 'answer' })))))
  assert.equal(type, 'answer')
  assert.match(sdp, /^a=setup:passive\r$/m)
})

test('the longest code fits a still one', () => {
  const most = offer(Array(9).fill(candidate('fe80::1:2:3:4')), { ufrag: 'u'.repeat(32), password: 'p'.repeat(64) })
  const text = pairingText(pairingOfOwn(most))
  assert.ok(text.length <= 600, `${text.length} characters`)
  assert.equal(pairingOf(text).candidates.length, 6)
})

test('space in a code counts for nothing', () => {
  const text = codeOf(candidate(NAME))
  assert.deepEqual(pairingOf(` ${text.slice(0, 40)}\n ${text.slice(40)} `), pairingOf(text))
})

test('every address of a local network is a way', () => {
  const here = [
    '10.1.2.3',
    '100.127.9.9',
    '169.254.1.1',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.255.1',
    '198.19.0.1',
    'fc00::1',
    'fdff::1',
    'febf::1',
  ]
  for (const address of here) assert.ok(pairingOf(codeOf(candidate(address))), address)
})

test('what is no way on a local network stays out of a code', () => {
  for (const elsewhere of [
    candidate('8.8.8.8'),
    candidate('9.255.255.255'),
    candidate('11.0.0.1'),
    candidate('100.63.0.1'),
    candidate('100.128.0.1'),
    candidate('127.0.0.1'),
    candidate('172.15.0.1'),
    candidate('172.32.0.1'),
    candidate('192.169.0.1'),
    candidate('198.20.0.1'),
    candidate('255.255.255.255'),
    candidate('2606:4700::1'),
    candidate('fec0::1'),
    candidate('::1'),
    candidate('fe80::1%eth0'),
    candidate('printer.local'),
    candidate('192.168.1.20', 9, 'typ srflx raddr 10.0.0.1 rport 9'),
    candidate('192.168.1.20', 9, 'typ relay raddr 10.0.0.1 rport 9'),
    'a=candidate:1 1 tcp 1518280447 192.168.1.20 9 typ host tcptype active',
    'a=candidate:1 2 udp 2113937151 192.168.1.20 9 typ host',
  ]) {
    assert.equal(pairingOfOwn(offer([elsewhere])), undefined, elsewhere)
    assert.equal(pairingOfOwn(offer([elsewhere, candidate(NAME)])).candidates.length, 1, elsewhere)
  }
})

test('a description that lacks something, or has it otherwise, makes no code', () => {
  const one = [candidate(NAME)]
  assert.ok(pairingOfOwn(offer(one)))
  for (const other of [
    { ufrag: 'abc' },
    { ufrag: 'a'.repeat(33) },
    { password: 'a'.repeat(21) },
    { password: 'a b'.repeat(10) },
    { fingerprint: FINGERPRINT.slice(3) },
    { fingerprint: `${FINGERPRINT}:00` },
    { type: 'pranswer' },
  ])
    assert.equal(pairingOfOwn(offer(one, other)), undefined, JSON.stringify(other))
  assert.equal(pairingOfOwn(offer([])), undefined)
})

test('garbage, other versions and texts of payments are no pairing codes', () => {
  const text = codeOf(candidate(NAME))
  for (const other of [
    '',
    'TALLY-PAIR-1.',
    'TALLY-PAIR-1.AAAA',
    'TALLY-PAIR-1.====',
    `${text}!`,
    text.replace('-1.', '-2.'),
    text.toLowerCase(),
    text.replace('PAIR', 'ASK'),
    `${text}AAAA`,
    text.slice(0, -4),
    `TALLY-PAIR-1.${'A'.repeat(600)}`,
    JSON.stringify(offer([candidate(NAME)])),
  ])
    assert.equal(pairingOf(other), undefined, other)
})

test('a code whose bytes say something else than they may is none', () => {
  // Part, fingerprint of 32 bytes, ufrag behind its length, password behind its length, candidates behind their number.
  const [ufrag, password, candidates] = [33, 38, 63]
  assert.ok(pairingOf(changed(0, 1)))
  for (const [what, place, byte] of [
    ['neither offer nor answer', 0, 2],
    ['a ufrag that is longer than it is', ufrag, 5],
    ['a line break in the ufrag', ufrag + 1, 10],
    ['a space in the password', password + 1, 32],
    ['a letter of another script in the password', password + 1, 0xe3],
    ['no candidate, and bytes after that', candidates, 0],
    ['more candidates than there are', candidates, 2],
    ['an address of another kind', candidates + 1, 5],
    ['an address of the internet', candidates + 8, 0x20],
  ])
    assert.equal(pairingOf(changed(place, byte)), undefined, what)
})

test('a fingerprint of another length, a port or a priority of nothing are no code', () => {
  const pairing = pairingOf(codeOf(candidate('10.0.0.7')))
  assert.ok(pairingOf(pairingText(pairing)))
  const [one] = pairing.candidates
  for (const other of [
    { fingerprint: pairing.fingerprint.slice(1) },
    { fingerprint: Uint8Array.from([...pairing.fingerprint, 0]) },
    { candidates: [] },
    { candidates: Array(7).fill(one) },
    { candidates: [{ ...one, port: 0 }] },
    { candidates: [{ ...one, priority: 0 }] },
    { candidates: [{ ...one, priority: 2 ** 31 }] },
    { candidates: [{ ...one, address: Uint8Array.of(8, 8, 8, 8) }] },
  ])
    assert.equal(pairingOf(pairingText({ ...pairing, ...other })), undefined, JSON.stringify(other))
})
