// A WebSocket (RFC 6455) to 127.0.0.1 under a party's name: Node's own cannot be told the Host, and *.localhost does not
// resolve there.
import { randomBytes } from 'node:crypto'
import http from 'node:http'

const TEXT = 1
const BINARY = 2
const CLOSE = 8
/** The longest message of these tests, in bytes: 64 KiB. */
const LENGTH_MAX = 65_535

/**
 * Connects. Resolves to the socket, or to the HTTP answer where there is none: { status, body }.
 *
 * @param {number} port
 * @param {string} host
 * @param {string} path
 */
export function openSocket(port, host, path) {
  const headers = {
    host: `${host}:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  }
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, headers })
    request.on('error', reject)
    request.on('upgrade', (_, stream, head) => resolve(new Socket(stream, head)))
    request.on('response', answer => {
      const pieces = []
      answer.on('data', piece => pieces.push(piece))
      answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(pieces).toString('utf8') }))
    })
  })
}

class Socket {
  #stream
  #rest
  #heard = []
  #waiting = []
  isOpen = true

  constructor(stream, head) {
    this.#stream = stream
    this.#rest = head
    stream.on('data', piece => this.#read(piece))
    for (const event of ['close', 'error', 'end']) stream.on(event, () => this.#end())
    this.#read(Buffer.alloc(0))
  }

  send(message) {
    const isText = typeof message === 'string'
    this.#write(isText ? TEXT : BINARY, Buffer.from(message))
  }

  /** The next message, text as a string; `undefined` once the other side has closed. */
  next(patience = 30_000) {
    if (this.#heard.length > 0) return Promise.resolve(this.#heard.shift())
    if (!this.isOpen) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('nothing was heard')), patience)
      this.#waiting.push(message => {
        clearTimeout(late)
        resolve(message)
      })
    })
  }

  close() {
    this.#write(CLOSE, Buffer.from([0x03, 0xe8]))
  }

  #write(kind, payload) {
    if (payload.length > LENGTH_MAX) throw new Error('too long for these tests')
    const mask = randomBytes(4)
    const length =
      payload.length < 126 ? Buffer.from([0x80 | payload.length]) : Buffer.from([0xfe, payload.length >> 8, payload.length & 255])
    const masked = payload.map((byte, place) => byte ^ mask[place % 4])
    this.#stream.write(Buffer.concat([Buffer.from([0x80 | kind]), length, mask, masked]))
  }

  #read(piece) {
    this.#rest = Buffer.concat([this.#rest, piece])
    for (;;) {
      if (this.#rest.length < 2) return
      const short = this.#rest[1] & 127
      const begins = short === 126 ? 4 : 2
      if (this.#rest.length < begins) return
      const length = short === 126 ? this.#rest.readUInt16BE(2) : short
      if (this.#rest.length < begins + length) return
      const payload = this.#rest.subarray(begins, begins + length)
      const kind = this.#rest[0] & 15
      this.#rest = this.#rest.subarray(begins + length)
      if (kind === TEXT) this.#hear(payload.toString('utf8'))
      if (kind === BINARY) this.#hear(Buffer.from(payload))
      if (kind === CLOSE) {
        this.#stream.end()
        this.#end()
      }
    }
  }

  #hear(message) {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(message)
    else this.#heard.push(message)
  }

  #end() {
    this.isOpen = false
    for (const waiting of this.#waiting.splice(0)) waiting(undefined)
  }
}
