// While the wallet lends a card: a connection to its proxy, over which whoever is away reaches the card. It lives as
// long as this service worker, which its messages keep awake; an alarm brings both back.

import type { HomeLink, LinkTrouble } from '../shared/home-link'
import type { UseView, WalletView } from '../shared/wallet-types'
import type { WalletHost } from './wallet-host'

export const HOME_ALARM = 'home'
/** The shortest period Chromium grants an alarm. */
const ALARM_PERIOD_MINUTES = 0.5
/** Chromium puts a service worker to sleep after 30 seconds without an event; the proxy answers each ping. */
const PING_MS = 20_000
/** So long nothing may be heard before the connection counts as dead: a network that went away does not say so. */
const SILENCE_MS = PING_MS + 10_000
/** How long opening may take. */
const OPENING_MS = 15_000
/** The pauses between tries, each a little longer or shorter, so that not all homes come back to a proxy at once. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000]
const JITTER = 0.2
/** A connection that held so long was a good one: the next pause is the first again. */
const GOOD_MS = 10_000
/** So long the connection stays after the last loan: whoever is half-way then hears from the card that it is over. */
const LINGER_MS = 20_000
/** Stands in the extension's storage while the holder has switched lending off: no secret, and asked for before any connection. */
const OFF = 'home-off'
/** The longest call of a proxy: `HomeCall::LEN_MAX`. */
const CALL_BYTES_MAX = 24 * 1024
/** Calls answered at once; whoever asks for more is told nothing, and gives up at the proxy. */
const CALLS_MAX = 16

type Listener = (link: HomeLink) => void

export class HomeConnection {
  #host: WalletHost
  #told: (use: UseView) => void
  #link: HomeLink = { state: 'idle' }
  #off: Promise<boolean> | undefined
  #listeners = new Set<Listener>()
  #wanted = false
  #opening = false
  #socket: WebSocket | undefined
  #heardAt = 0
  #tries = 0
  #answering = 0
  #ping: ReturnType<typeof setInterval> | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #lingering: ReturnType<typeof setTimeout> | undefined
  /** Since when the socket is open. */
  #openedAt = 0

  /** `told` hears of each order that the card at home has signed. */
  constructor(host: WalletHost, told: (use: UseView) => void) {
    this.#host = host
    this.#told = told
    host.listen(view => void this.#watch(view))
    addEventListener('online', () => this.now())
    addEventListener('offline', () => this.#drop('offline'))
  }

  get link(): HomeLink {
    return this.#link
  }

  /** Calls `listener` whenever the connection is another. */
  listen(listener: Listener): void {
    this.#listeners.add(listener)
  }

  /** The alarm rang: looks whether a card is lent and nobody is connected. */
  async look(): Promise<void> {
    await this.#watch(await this.#host.refresh())
  }

  /** The holder switches lending on or off. What is lent stays lent; nobody reaches it. */
  async lend(on: boolean): Promise<void> {
    if (on) await chrome.storage.local.remove(OFF)
    else await chrome.storage.local.set({ [OFF]: true })
    this.#off = Promise.resolve(!on)
    await this.look()
  }

  /** Tries at once, whatever the pause. */
  now(): void {
    if (!this.#wanted || this.#socket) return
    this.#tries = 0
    void this.#connect()
  }

  async #watch({ phase, home }: WalletView): Promise<void> {
    // A locked wallet shows nothing; whether it lends, the alarm still knows. What is connected says of itself that it is locked.
    if (phase === 'locked') {
      if (!this.#socket && (await chrome.alarms.get(HOME_ALARM))) this.#set({ state: 'down', why: 'locked', since: Date.now() })
      return
    }
    this.#off ??= chrome.storage.local.get(OFF).then(stored => stored[OFF] === true)
    const off = await this.#off
    if (off) return this.#end(home ? 'off' : 'idle')
    if (!home?.is_on) return this.#linger()
    clearTimeout(this.#lingering)
    this.#lingering = undefined
    const begins = !this.#wanted
    this.#wanted = true
    if (begins) await chrome.alarms.create(HOME_ALARM, { periodInMinutes: ALARM_PERIOD_MINUTES })
    if (this.#socket?.readyState === WebSocket.OPEN) this.#set({ state: 'connected', since: this.#openedAt })
    else if (begins || this.#retry === undefined) await this.#connect()
  }

  async #connect(): Promise<void> {
    if (this.#socket || this.#opening) return
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#opening = true
    this.#set({ state: 'connecting' })
    try {
      const way = await this.#host.aside(wallet => wallet.home_connection())
      if (way) this.#open(way.url, way.first)
      else this.#set({ state: 'idle' })
    } catch (error) {
      this.#down((error as { kind?: string } | undefined)?.kind === 'locked' ? 'locked' : 'unreachable')
    } finally {
      this.#opening = false
    }
  }

  #open(url: string, first: Uint8Array): void {
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    this.#openedAt = 0
    const late = setTimeout(() => this.#lose(socket, 'unreachable'), OPENING_MS)
    socket.onopen = () => {
      clearTimeout(late)
      this.#openedAt = this.#heardAt = Date.now()
      socket.send(new Uint8Array(first))
      socket.send('ping')
      this.#ping = setInterval(() => this.#keepAlive(socket), PING_MS)
      this.#set({ state: 'connected', since: this.#openedAt })
    }
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      this.#heardAt = Date.now()
      if (data instanceof ArrayBuffer) void this.#answer(socket, new Uint8Array(data))
    }
    socket.onclose = () => {
      clearTimeout(late)
      if (this.#openedAt && Date.now() - this.#openedAt > GOOD_MS) this.#tries = 0
      this.#lose(socket, this.#openedAt ? 'ended' : 'unreachable')
    }
  }

  async #answer(socket: WebSocket, call: Uint8Array): Promise<void> {
    if (call.length > CALL_BYTES_MAX || this.#answering >= CALLS_MAX) return
    this.#answering += 1
    try {
      const { reply, use } = await this.#host.aside(wallet => wallet.home_call(call))
      if (socket.readyState === WebSocket.OPEN) socket.send(new Uint8Array(reply))
      // What was signed was signed, whether or not whoever asked still hears of it.
      if (use) this.#told(use)
      // It is mailed, too; what is not heard now is told at the next connection.
      if (use) void this.#host.aside(wallet => wallet.home_tell()).catch(() => undefined)
    } catch (error) {
      // The wallet refuses in its reply; this is a fault of the program, and no personal data.
      console.error('home:', error)
    } finally {
      this.#answering -= 1
    }
  }

  #keepAlive(socket: WebSocket): void {
    if (Date.now() - this.#heardAt > SILENCE_MS) this.#lose(socket, 'unreachable')
    else socket.send('ping')
  }

  /** This connection is no more: another one in a while. */
  #lose(socket: WebSocket, why: LinkTrouble): void {
    if (socket !== this.#socket) return
    this.#drop(why)
  }

  #drop(why: LinkTrouble): void {
    this.#close()
    if (this.#wanted) this.#down(why)
  }

  #down(why: LinkTrouble): void {
    const since = this.#link.state === 'down' ? this.#link.since : Date.now()
    if (why === 'locked') return this.#set({ state: 'down', why, since })
    const pause = PAUSES_MS[Math.min(this.#tries, PAUSES_MS.length - 1)] ?? 0
    const ms = Math.round(pause * (1 + JITTER * (2 * Math.random() - 1)))
    this.#tries += 1
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#connect(), ms)
    this.#set({ state: 'down', why, since, again_at: Date.now() + ms })
  }

  /** Nothing is lent any more. */
  #linger(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return this.#end('idle')
    this.#wanted = false
    void chrome.alarms.clear(HOME_ALARM)
    this.#lingering ??= setTimeout(() => this.#end('idle'), LINGER_MS)
    this.#set({ state: 'idle' })
  }

  #end(state: 'off' | 'idle'): void {
    this.#close()
    clearTimeout(this.#lingering)
    this.#lingering = undefined
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#wanted = false
    this.#tries = 0
    void chrome.alarms.clear(HOME_ALARM)
    this.#set({ state })
  }

  #close(): void {
    const socket = this.#socket
    this.#socket = undefined
    clearInterval(this.#ping)
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  #set(link: HomeLink): void {
    if (JSON.stringify(link) === JSON.stringify(this.#link)) return
    this.#link = link
    for (const listener of this.#listeners) listener(link)
  }
}
