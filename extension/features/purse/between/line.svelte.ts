// A direct connection to another wallet on a local network: a data channel of WebRTC, with no server in between. It
// carries the same texts that codes carry. What a text is worth, the wallet says; the line only bounds what comes.

import { descriptionOf, pairingOf, pairingOfOwn, pairingText, type Part } from './pairing'

/** What our data channels are called: nothing else is taken for one. */
const LABEL = 'tallystick'
const PROTOCOL = 'tallystick-between-1'

/** How long the browser may look for its own addresses. */
const GATHERING_MS_MAX = 3_000
/** How long a pairing code is shown: people have to hold screens before cameras. */
const PAIRING_MS_MAX = 5 * 60_000
/** How long the browsers may take to find each other, once each has read the other's code. */
const OPENING_MS_MAX = 20_000

/** The longest text: as long as one that is pasted. */
const CHARACTERS_MAX = 4096
/** How many texts a connection takes in all, and how many of them may wait until they are looked at. */
const TEXTS_MAX = 64
const WAITING_MAX = 4

/** `offered`: the other's answer is to be read; `answered`: the other reads ours; `opening`: each has read the other's. */
export type LineState = 'none' | 'preparing' | 'offered' | 'answered' | 'opening' | 'open' | 'ended'

/** Why there is no connection any more, or none was made. */
export type LineEnd = 'closed' | 'lost' | 'late' | 'unreached' | 'unable' | 'long' | 'garbage' | 'many'

export class Line {
  state = $state<LineState>('none')
  /** This side's pairing code. */
  code = $state('')
  why = $state<LineEnd>('closed')
  /** Texts that came and have not been looked at, each with its number. */
  arrived = $state<{ number: number; text: string }[]>([])

  /** A code of ours is to be read, or one of the other's. */
  readonly pairing = $derived(this.state === 'offered' || this.state === 'answered')

  #peer?: RTCPeerConnection
  #channel?: RTCDataChannel
  #timer = 0
  #texts = 0

  /** `onopen` is called each time a connection has come about. */
  constructor(private readonly onopen: () => void) {}

  /** Begins to pair: makes the code that the other is to read first. */
  async offer(): Promise<void> {
    await this.#begin('offer', async peer => {
      // What comes about in this channel is all there is.
      peer.ondatachannel = () => this.end('garbage')
      this.#use(peer.createDataChannel(LABEL, { protocol: PROTOCOL }))
    })
  }

  /** Reads the other's pairing code: answers an offer, or takes the answer to ours. False if it is neither. */
  async read(text: string): Promise<boolean> {
    const pairing = pairingOf(text)
    if (!pairing || this.state === 'opening' || this.state === 'open' || pairingText(pairing) === this.code) return false
    if (pairing.part === 'offer') {
      await this.#begin('answer', async peer => {
        peer.ondatachannel = ({ channel }) => {
          if (this.#channel || channel.label !== LABEL || channel.protocol !== PROTOCOL) this.end('garbage')
          else this.#use(channel)
        }
        await peer.setRemoteDescription(descriptionOf(pairing))
      })
      return true
    }
    if (this.state !== 'offered' || !this.#peer) return false
    this.state = 'opening'
    this.#within(OPENING_MS_MAX, 'unreached')
    await this.#peer.setRemoteDescription(descriptionOf(pairing)).catch(() => this.end('unreached'))
    return true
  }

  /** Sends a text, if there is a connection. */
  say(text: string): void {
    if (this.state !== 'open' || text.length > CHARACTERS_MAX) return
    try {
      this.#channel?.send(text)
    } catch {
      this.end('lost')
    }
  }

  /** The text that came first has been looked at. */
  looked(): void {
    this.arrived = this.arrived.slice(1)
  }

  /** Ends it, whatever it was doing. What came before waits on. */
  end(why: LineEnd): void {
    if (!this.#peer) return
    this.#forget()
    this.why = why
    this.state = 'ended'
  }

  /** A new connection in place of what there was, prepared, and this side's code for it. */
  async #begin(part: Part, prepare: (peer: RTCPeerConnection) => Promise<void>): Promise<void> {
    this.#forget()
    this.arrived = []
    this.state = 'preparing'
    let peer: RTCPeerConnection | undefined
    try {
      // No server of anybody: only addresses of this machine.
      this.#peer = peer = new RTCPeerConnection({ iceServers: [] })
      this.#watch(peer)
      await prepare(peer)
      await peer.setLocalDescription()
      await gathered(peer)
    } catch {
      if (peer === this.#peer) this.#unable()
      return
    }
    if (peer !== this.#peer) return
    const own = peer.localDescription && pairingOfOwn(peer.localDescription)
    if (!own) return this.#unable()
    this.code = pairingText(own)
    this.state = part === 'offer' ? 'offered' : 'answered'
    this.#within(PAIRING_MS_MAX, 'late')
  }

  #unable(): void {
    this.#forget()
    this.why = 'unable'
    this.state = 'ended'
  }

  #watch(peer: RTCPeerConnection): void {
    peer.onconnectionstatechange = () => {
      // Until the other has read the answer nobody is there yet: a browser that gives up before that tries again after it.
      if (peer === this.#peer && peer.connectionState === 'failed' && this.state === 'open') this.end('lost')
    }
  }

  #use(channel: RTCDataChannel): void {
    this.#channel = channel
    channel.onopen = () => {
      clearTimeout(this.#timer)
      this.state = 'open'
      this.onopen()
    }
    channel.onclose = () => channel === this.#channel && this.end('lost')
    channel.onmessage = ({ data }: MessageEvent<unknown>) => channel === this.#channel && this.#take(data)
  }

  #take(data: unknown): void {
    this.#texts += 1
    if (typeof data !== 'string') return this.end('garbage')
    if (data.length > CHARACTERS_MAX) return this.end('long')
    if (this.#texts > TEXTS_MAX || this.arrived.length === WAITING_MAX) return this.end('many')
    this.arrived = [...this.arrived, { number: this.#texts, text: data }]
  }

  #within(ms: number, why: LineEnd): void {
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => this.end(why), ms)
  }

  /** Nothing of what there was is heard any more. */
  #forget(): void {
    clearTimeout(this.#timer)
    const peer = this.#peer
    this.#peer = this.#channel = undefined
    this.#texts = 0
    this.code = ''
    peer?.close()
  }
}

/** Waits until the browser knows its own addresses, or long enough: what it has by then counts. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise(resolve => {
    const look = () => peer.iceGatheringState === 'complete' && resolve()
    peer.onicegatheringstatechange = look
    setTimeout(resolve, GATHERING_MS_MAX)
    look()
  })
}
