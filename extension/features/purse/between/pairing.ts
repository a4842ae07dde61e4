// Pairing codes: what two browsers must know of each other to connect directly, as a text that fits a still code.
// It has the parts of a WebRTC offer or answer (RFC 8829) that differ each time; the rest of the description is written
// here. No line of another wallet's reaches the browser, and no address outside a local network is ever tried.

import { base64urlOf, bytesOf } from '../../../shared/bytes'

/** In front of a pairing code. The number is its version. */
export const PAIRING = 'TALLY-PAIR-1.'
/** The longest pairing code, in characters, space not counted: less than a still code takes. */
const CHARACTERS_MAX = 600

/** Which of the two descriptions it is. */
export type Part = 'offer' | 'answer'

export interface Pairing {
  part: Part
  /** The short name of one side's ICE (RFC 8839, 5.4), and the password to it. */
  ufrag: string
  password: string
  /** SHA-256 of the certificate of its DTLS: nobody else can be connected to in its place. */
  fingerprint: Uint8Array
  /** Where it can be reached. */
  candidates: Candidate[]
}

export interface Candidate {
  kind: keyof typeof KINDS
  /** A name of multicast DNS is the UUID in it. */
  address: Uint8Array
  port: number
  priority: number
}

/** How an address is marked, and its length in bytes. */
const KINDS = { name: { mark: 0, bytes: 16 }, ipv4: { mark: 4, bytes: 4 }, ipv6: { mark: 6, bytes: 16 } } as const

/**
 * Networks that no router of the internet passes on, as the registries of RFC 6890 say: how many bits, and the bytes
 * in which they are. Nothing of this machine alone.
 */
const LOCAL: Record<'ipv4' | 'ipv6', [bits: number, ...network: number[]][]> = {
  ipv4: [
    [8, 10],
    [10, 100, 64],
    [16, 169, 254],
    [12, 172, 16],
    [24, 192, 0, 2],
    [16, 192, 168],
    [15, 198, 18],
    [24, 198, 51, 100],
    [24, 203, 0, 113],
  ],
  ipv6: [
    [7, 0xfc],
    [10, 0xfe, 0x80],
    [32, 0x20, 0x01, 0x0d, 0xb8],
  ],
}

const PARTS: Part[] = ['offer', 'answer']
const FINGERPRINT_BYTES = 32
const CANDIDATES_MAX = 6
/** Lengths as RFC 8839 has them, but for their upper end. */
const UFRAG = /^[A-Za-z0-9+/]{4,32}$/
const PASSWORD = /^[A-Za-z0-9+/]{22,64}$/

/** A pairing code. */
export function pairingText({ part, ufrag, password, fingerprint, candidates }: Pairing): string {
  const bytes = [PARTS.indexOf(part), ...fingerprint]
  for (const word of [ufrag, password]) bytes.push(word.length, ...new TextEncoder().encode(word))
  bytes.push(candidates.length)
  for (const { kind, address, port, priority } of candidates)
    bytes.push(KINDS[kind].mark, ...bigEndian(port, 2), ...bigEndian(priority, 4), ...address)
  return PAIRING + base64urlOf(Uint8Array.from(bytes))
}

/** What a text says as a pairing code; undefined if it is none. Mail breaks long lines: space counts for nothing. */
export function pairingOf(text: string): Pairing | undefined {
  const code = text.replaceAll(/\s+/g, '')
  if (!code.startsWith(PAIRING) || code.length > CHARACTERS_MAX) return undefined
  try {
    return valid(read(new Reading(bytesOf(code.slice(PAIRING.length)))))
  } catch {
    return undefined
  }
}

/** What a description that this browser made says; undefined if there is no way to it on a local network. */
export function pairingOfOwn({ type, sdp }: RTCSessionDescription): Pairing | undefined {
  const lines = sdp.split(/\r?\n/)
  const after = (front: string) => lines.find(line => line.startsWith(front))?.slice(front.length) ?? ''
  const hex = after('a=fingerprint:sha-256 ').split(':')
  return valid({
    part: type as Part,
    ufrag: after('a=ice-ufrag:'),
    password: after('a=ice-pwd:'),
    fingerprint: Uint8Array.from(hex, byte => parseInt(byte, 16)),
    candidates: lines.flatMap(candidateOf).slice(0, CANDIDATES_MAX),
  })
}

/** The other's description as this browser takes it: ours word for word, but for what was checked. */
export function descriptionOf({ part, ufrag, password, fingerprint, candidates }: Pairing): RTCSessionDescriptionInit {
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    `a=fingerprint:sha-256 ${hexOf(fingerprint).toUpperCase().match(/../g)?.join(':')}`,
    // Whoever reads last begins the handshake: one begun earlier would be tried at ever longer intervals meanwhile.
    `a=setup:${part === 'offer' ? 'active' : 'passive'}`,
    'a=mid:0',
    'a=sctp-port:5000',
    ...candidates.map(
      ({ kind, address, port, priority }, place) =>
        `a=candidate:${place + 1} 1 udp ${priority} ${addressText(kind, address)} ${port} typ host`,
    ),
  ]
  return { type: part, sdp: lines.map(line => `${line}\r\n`).join('') }
}

/** Bytes, read from the front. Throws when there are no more. */
class Reading {
  #at = 0

  constructor(private readonly bytes: Uint8Array) {}

  take(length: number): Uint8Array {
    const taken = this.bytes.slice(this.#at, (this.#at += length))
    if (taken.length < length) throw new RangeError('The code ends too soon.')
    return taken
  }

  number(length: number): number {
    return this.take(length).reduce((sum, byte) => sum * 256 + byte, 0)
  }

  /** A word behind its length. */
  word(): string {
    return new TextDecoder().decode(this.take(this.number(1)))
  }

  end(): void {
    if (this.#at !== this.bytes.length) throw new RangeError('The code goes on after its end.')
  }
}

function read(from: Reading): Pairing {
  const part = PARTS[from.number(1)]
  if (!part) throw new RangeError('Neither offer nor answer.')
  const fingerprint = from.take(FINGERPRINT_BYTES)
  const [ufrag, password] = [from.word(), from.word()]
  const candidates = Array.from({ length: from.number(1) }, () => readCandidate(from))
  from.end()
  return { part, ufrag, password, fingerprint, candidates }
}

function readCandidate(from: Reading): Candidate {
  const mark = from.number(1)
  const kind = (Object.keys(KINDS) as Candidate['kind'][]).find(one => KINDS[one].mark === mark)
  if (!kind) throw new RangeError('An address of another kind.')
  const [port, priority] = [from.number(2), from.number(4)]
  return { kind, port, priority, address: from.take(KINDS[kind].bytes) }
}

/** The pairing, if all of it is as it may be. */
function valid(pairing: Pairing): Pairing | undefined {
  const { part, ufrag, password, fingerprint, candidates } = pairing
  const fits =
    PARTS.includes(part) &&
    UFRAG.test(ufrag) &&
    PASSWORD.test(password) &&
    fingerprint.length === FINGERPRINT_BYTES &&
    candidates.length > 0 &&
    candidates.length <= CANDIDATES_MAX &&
    candidates.every(({ kind, address, port, priority }) => isLocal(kind, address) && port > 0 && priority > 0 && priority < 2 ** 31)
  return fits ? pairing : undefined
}

/** Whether an address is one of a local network. A name of multicast DNS goes no further than that. */
function isLocal(kind: Candidate['kind'], address: Uint8Array): boolean {
  if (kind === 'name') return true
  return LOCAL[kind].some(([bits, ...network]) =>
    network.every((byte, place) => ((address[place] ?? 0) ^ byte) >> Math.max(0, 8 * (place + 1) - bits) === 0),
  )
}

/** A line of a description as a candidate, if it is one that a pairing code takes. */
function candidateOf(line: string): Candidate[] {
  const found = /^a=candidate:\S+ 1 udp (\d+) (\S+) (\d+) typ host\b/i.exec(line)
  if (!found) return []
  const [, priority, text = '', port] = found
  const name = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.local$/i.exec(text)?.[1]
  const [kind, address] = name
    ? (['name', bytesOfHex(name.replaceAll('-', ''))] as const)
    : text.includes(':')
      ? (['ipv6', bytesOfIpv6(text)] as const)
      : (['ipv4', Uint8Array.from(text.split('.'), Number)] as const)
  if (address?.length !== KINDS[kind].bytes || !isLocal(kind, address)) return []
  return [{ kind, address, port: Number(port), priority: Number(priority) }]
}

function addressText(kind: Candidate['kind'], address: Uint8Array): string {
  if (kind === 'ipv4') return address.join('.')
  const hex = hexOf(address)
  if (kind === 'ipv6') return (hex.match(/..../g) ?? []).join(':')
  return `${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}.local`
}

/** The sixteen bytes of an address as RFC 4291, 2.2 writes it, without a zone and without dots. */
function bytesOfIpv6(text: string): Uint8Array | undefined {
  const [front = [], back] = text.split('::').map(half => half.split(':').filter(Boolean))
  const gap = 8 - front.length - (back?.length ?? 0)
  if (gap < 0 || (!back && gap > 0)) return undefined
  const groups = [...front, ...Array<string>(gap).fill('0'), ...(back ?? [])]
  return groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))
    ? bytesOfHex(groups.map(group => group.padStart(4, '0')).join(''))
    : undefined
}

const bigEndian = (number: number, length: number): number[] =>
  Array.from({ length }, (_, place) => Math.floor(number / 256 ** (length - 1 - place)) % 256)

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')

const bytesOfHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], byte => parseInt(byte, 16))
