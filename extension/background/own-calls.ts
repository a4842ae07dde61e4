// What the extension's own pages may call, each with the shape of its arguments. Anything that
// is not in this list does not reach the wallet.

import type { Address, ApproveChoice, Home, WalletApi } from '../shared/wallet-types'
import { BACKUP_BYTES_MAX, base64Of, bytesOfBase64, type OwnAnswer, type OwnCall } from '../shared/messages'
import { Answers } from './answers'
import type { Drive } from './drive'
import type { PageRequests } from './page-requests'
import { problemOf } from './problems'
import type { ReaderHost } from './readers'
import type { WalletHost } from './wallet-host'

const TEXT_CHARACTERS_MAX = 1024
const STEPS_SHOWN_MS = 250
/** What a page calls a call of its own: a UUID. */
const KEY = /^[0-9a-f-]{36}$/

type Call = (wallet: WalletApi, args: unknown[]) => Promise<unknown>

/** Calls after which an open order may have something due. */
const DRIVES_ON = new Set(['unlock', 'recover', 'restore', 'approve'])

/** Calls that may wait for the card in a reader: lock, decline, unlock and new requests never wait behind them. */
const AT_A_CARD = new Set(['add_card', 'reader_card', 'move_card', 'prepare_reader_card', 'remove_card', 'change_pin', 'unblock_pin', 'approve'])

const CALLS: Record<string, Call> = {
  view: wallet => wallet.view(),
  set_up: (wallet, [passphrase, pin]) => wallet.set_up(text(passphrase), text(pin)),
  new_codes: (wallet, [passphrase, pin]) => wallet.new_codes(text(passphrase), text(pin)),
  add_card: (wallet, [pin, home]) => wallet.add_card(text(pin), homeOf(home)),
  reader_card: wallet => wallet.reader_card(),
  move_card: (wallet, [id, browserPin, readerPin]) => wallet.move_card(text(id), text(browserPin), text(readerPin)),
  prepare_reader_card: (wallet, [pin]) => wallet.prepare_reader_card(text(pin)),
  remove_card: (wallet, [id, pin]) => wallet.remove_card(text(id), text(pin)),
  save_address: (wallet, [address]) => wallet.save_address(addressOf(address)),
  insert_address: (wallet, [address, place]) => wallet.insert_address(addressOf(address), place === undefined || place === null ? undefined : number(place)),
  set_default_address: (wallet, [id]) => wallet.set_default_address(text(id)),
  remove_address: (wallet, [id]) => wallet.remove_address(text(id)),
  unlock: (wallet, [passphrase]) => wallet.unlock(text(passphrase)),
  recover: (wallet, [code, passphrase]) => wallet.recover(text(code), text(passphrase)),
  lock: wallet => wallet.lock(),
  set_lock_minutes: (wallet, [minutes]) => wallet.set_lock_minutes(number(minutes)),
  stay_unlocked: wallet => wallet.stay_unlocked(),
  evidence: (wallet, [id]) => wallet.evidence(text(id)),
  backup: async (wallet, [passphrase]) => base64Of(await wallet.backup(text(passphrase))),
  restore: (wallet, [file, passphrase]) => wallet.restore(fileOf(file), text(passphrase)),
  erase: wallet => wallet.erase(),
  change_pin: (wallet, [old, next, home]) => wallet.change_pin(text(old), text(next), homeOf(home)),
  unblock_pin: (wallet, [puk, next, home]) => wallet.unblock_pin(text(puk), text(next), homeOf(home)),
  approve: (wallet, [id, choice, pin]) => wallet.approve(text(id), choiceOf(choice), text(pin)),
  decline: (wallet, [id]) => wallet.decline(text(id)),
}

export class OwnCalls {
  #answers = new Answers()

  constructor(
    private readonly host: WalletHost,
    private readonly drive: Drive,
    private readonly requests: PageRequests,
    private readonly readers: ReaderHost,
  ) {}

  answer(call: OwnCall): Promise<OwnAnswer<unknown>> {
    return this.#answers.once(call.method, call.key, () => this.#answer(call))
  }

  async #answer(call: OwnCall): Promise<OwnAnswer<unknown>> {
    try {
      return { ok: true, value: (await this.#perform(call)) ?? null }
    } catch (error) {
      return { ok: false, error: problemOf(error) }
    }
  }

  async #perform({ method, args }: OwnCall): Promise<unknown> {
    if (method === 'open_ask') return this.requests.open(text(args[0]))
    if (method === 'pay_again') return this.requests.again(text(args[0]))
    if (method === 'enrol') return this.#enrol()
    // The readers are no part of the wallet: looking at them waits for nothing.
    if (method === 'readers') return this.readers.list()
    if (method === 'reader_filters') return this.readers.filters()
    if (method === 'forget_reader') return this.readers.forget(text(args[0]))
    const perform = Object.hasOwn(CALLS, method) ? CALLS[method] : undefined
    if (!perform) throw new Error(`no such call: ${method}`)
    const work = (wallet: WalletApi) => perform(wallet, args)
    const value = await (AT_A_CARD.has(method) ? this.host.aside(work) : this.host.change(work))
    if (DRIVES_ON.has(method)) this.drive.kick()
    return value
  }

  /** Enrolment takes seconds and several parties: its steps are shown while it goes on. */
  async #enrol(): Promise<void> {
    const steps = setInterval(() => void this.host.refresh().catch(() => undefined), STEPS_SHOWN_MS)
    try {
      await this.host.aside(wallet => wallet.enrol())
    } finally {
      clearInterval(steps)
    }
    this.drive.kick()
  }
}

/** Reads a call, or null when the message is something else. */
export function readOwnCall(value: unknown): OwnCall | null {
  const message = value as Partial<OwnCall> | null
  if (message?.type !== 'call' || typeof message.method !== 'string' || !Array.isArray(message.args)) return null
  const { method, args, key } = message
  return typeof key === 'string' && KEY.test(key) ? { type: 'call', method, args, key } : { type: 'call', method, args }
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value.length > TEXT_CHARACTERS_MAX) throw new TypeError('expected a text')
  return value
}

/** Where keys live or are to live: in the browser, unless it says otherwise. */
function homeOf(value: unknown): Home {
  if (value === undefined || value === 'browser') return 'browser'
  if (value === 'reader') return 'reader'
  throw new TypeError('expected a home')
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('expected a number')
  return value
}

/** A file in base64. One that is a byte too long still reaches the wallet, which says that it is no backup. */
function fileOf(value: unknown): Uint8Array {
  if (typeof value !== 'string' || value.length > Math.ceil((BACKUP_BYTES_MAX + 1) / 3) * 4) throw new TypeError('expected a file')
  return bytesOfBase64(value)
}

function addressOf(value: unknown): Address {
  const given = value as Partial<Address>
  const address: Address = {
    label: text(given?.label),
    name: text(given.name),
    telephone: text(given.telephone),
    postal_code: text(given.postal_code),
    lines: text(given.lines),
    country: text(given.country),
  }
  if (given.id !== undefined) address.id = text(given.id)
  return address
}

function choiceOf(value: unknown): ApproveChoice {
  const given = value as Partial<ApproveChoice>
  return {
    card_id: text(given?.card_id),
    address_id: text(given.address_id),
    accept_extra: given.accept_extra === true,
  }
}
