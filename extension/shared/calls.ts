// The one table of what a page of the extension may call: the client that pages use and the service
// worker that answers are both made from it. What a call takes and gives, the wallet's Rust defines
// (class Wallet, by way of its declarations); what stands inside a value, it reads itself.

import { BACKUP_BYTES_MAX, type AskView } from './messages'
import type { ReaderFilters, ReaderView } from './reader-types'
import { bytesWithin, couponText, detailed, flag, number, numberOrNothing, record, text, texts, type Shape } from './shapes'
import type { FormView, WalletApi } from './wallet-types'

/** What the service worker does itself: web pages' requests and readers are no part of the wallet. */
export interface ServiceApi {
  /** Takes a form or offer that had to wait until the wallet could. */
  open_ask(id: string): Promise<AskView | null>
  /** What the order is about that waits in its window until there is a card. */
  waiting_purchase(): Promise<FormView | null>
  /** Has the page that asked ask once more; false when it is gone. */
  pay_again(id: string): Promise<boolean>
  readers(): Promise<ReaderView[]>
  reader_filters(): Promise<ReaderFilters>
  forget_reader(id: string): Promise<void>
  /** Lets terminals reach the card at home, or not, whatever is lent. */
  lend_card(on: boolean): Promise<void>
  /** Connects to the home proxy now, instead of after the pause. */
  connect_home(): Promise<void>
  /** Asks what became of what was bought with the card at home; a use that was not known is told to the holder. */
  home_follow_uses(): Promise<void>
  /** The holder looks at an order: what is known of its parcel is no news any more, and the shop is asked how far it is. */
  look_at_parcel(requestId: string): Promise<void>
}

/** Calls of the wallet that are the service worker's alone: orders are driven on, web pages' words handed over. */
type OwnersCall =
  | 'free'
  | 'advance'
  | 'follow_parcels'
  | 'renew_revocations'
  | 'check_form'
  | 'look_at_form'
  | 'check_offer'
  | 'receive_form'
  | 'receive_offer'
  | 'home_connection'
  | 'home_call'
  | 'home_follow_uses'
  | 'home_tell'
type WalletCalls = Pick<WalletApi, Exclude<Extract<keyof WalletApi, string>, OwnersCall>>

/** The calls of a page, as their Rust definition types them. */
export type Calls = WalletCalls & ServiceApi
export type Method = keyof Calls

interface Call<Args extends unknown[]> {
  /** The shape of each argument: whatever has another one does not reach the wallet. */
  takes: { [Place in keyof Args]-?: Shape<Args[Place]> }
  /**
   * May be sent again if the service worker died before it answered: `freely`, because it only looks or
   * does the same again; `once`, because it adds or takes away: the first answer is kept for its key.
   */
  again?: 'freely' | 'once'
  /** It may wait for a card in a reader, or for parties, and is done beside calls that wait for nothing. */
  waits?: 'card' | 'parties'
  /** Afterwards an open order may have something due. */
  drives?: true
}

export const CALLS: { [M in Method]: Call<Parameters<Calls[M]>> } = {
  view: { takes: [], again: 'freely' },
  // The wallet: set up, open, locked
  set_up: { takes: [text, text] },
  new_codes: { takes: [text, text] },
  show_codes: { takes: [text, text, text], waits: 'card' },
  confirm_codes: { takes: [text], again: 'freely' },
  change_passphrase: { takes: [text, text] },
  unlock: { takes: [text], again: 'freely', drives: true },
  recover: { takes: [text, text], drives: true },
  lock: { takes: [], again: 'freely' },
  set_lock_minutes: { takes: [number], again: 'freely' },
  stay_unlocked: { takes: [] },
  backup: { takes: [text], again: 'freely' },
  // A file that is a byte too long still reaches the wallet, which says that it is no backup.
  restore: { takes: [bytesWithin(BACKUP_BYTES_MAX + 1), text], again: 'once', drives: true },
  erase: { takes: [] },
  // Cards
  add_card: { takes: [text, text], waits: 'card' },
  enrol: { takes: [], again: 'freely', waits: 'parties', drives: true },
  move_card: { takes: [text, text, text], waits: 'card' },
  move_to_hosted: { takes: [text, text, text], waits: 'card' },
  remove_card: { takes: [text, text], waits: 'card' },
  change_pin: { takes: [text, text, text], waits: 'card' },
  unblock_pin: { takes: [text, text, text], waits: 'card' },
  reader_card: { takes: [], again: 'freely', waits: 'card' },
  prepare_reader_card: { takes: [text], waits: 'card' },
  host_card: { takes: [text], waits: 'card' },
  hosted_card: { takes: [], again: 'freely', waits: 'card' },
  unhost_card: { takes: [], again: 'freely', waits: 'card' },
  // Accounts at banks, purses and movements of value
  register: { takes: [record, text], again: 'once', waits: 'parties', drives: true },
  continue_opening: { takes: [text], again: 'freely', waits: 'parties', drives: true },
  forget_opening: { takes: [text], again: 'once' },
  open_account: { takes: [text, text, text], waits: 'card', drives: true },
  apply_for_purse: { takes: [text, text], waits: 'card', drives: true },
  tend_purse: { takes: [text], again: 'freely', waits: 'card', drives: true },
  move_value: { takes: [record, number, text], waits: 'card', drives: true },
  answer_movement: { takes: [text, flag, text], waits: 'card', drives: true },
  report_purse: { takes: [text, text], waits: 'card', drives: true },
  look_up_fees: { takes: [text], again: 'freely', waits: 'parties' },
  renew_purse: { takes: [text, text, number, text], waits: 'card', drives: true },
  close_purse: { takes: [text, text], waits: 'card', drives: true },
  close_account: { takes: [text, text], waits: 'card', drives: true },
  block_purse: { takes: [text, text], waits: 'card', drives: true },
  get_prepaid: { takes: [text, text], waits: 'card', drives: true },
  tend_prepaid: { takes: [text], again: 'freely', waits: 'card', drives: true },
  settle_prepaid: { takes: [text, text], waits: 'card', drives: true },
  read_prepaid: { takes: [text], again: 'freely', waits: 'card' },
  remove_prepaid: { takes: [text], waits: 'card' },
  ask_for_payment: { takes: [text, number, text], waits: 'card' },
  look_at_text: { takes: [text], again: 'freely', waits: 'card' },
  pay_purse: { takes: [text, text, number, text], waits: 'card' },
  answer_payment: { takes: [text, flag, text], waits: 'card' },
  settle_payment: { takes: [text], again: 'freely', waits: 'card' },
  account_statement: { takes: [text, number, number, text], waits: 'card' },
  // Coupons
  get_coupon: { takes: [text, text, number, text, text], waits: 'card', drives: true },
  get_campaign_coupon: { takes: [text, text, text], waits: 'card', drives: true },
  coupon_address: { takes: [text], again: 'freely' },
  give_coupon: { takes: [text, text, text], waits: 'card', drives: true },
  show_coupon: { takes: [text], again: 'freely', waits: 'card' },
  look_at_coupon: { takes: [couponText], again: 'freely', waits: 'parties' },
  take_coupon: { takes: [couponText, text, text], waits: 'card', drives: true },
  answer_coupon: { takes: [text, flag, text], waits: 'card', drives: true },
  offer_coupon: { takes: [text, number, text], waits: 'card', drives: true },
  cancel_coupon_offer: { takes: [text, text], waits: 'card', drives: true },
  convert_coupon: { takes: [text, text], waits: 'card', drives: true },
  lock_coupon: { takes: [text], again: 'freely', waits: 'card' },
  unlock_coupon: { takes: [text, text], waits: 'card' },
  set_coupon_password: { takes: [text, text, text, text], waits: 'card' },
  follow_coupons: { takes: [], again: 'freely', waits: 'card', drives: true },
  coupon_bill: { takes: [text], again: 'freely', waits: 'parties' },
  forget_coupon: { takes: [text], again: 'once' },
  // Contactless cards
  get_contactless: { takes: [text, text, text], waits: 'card' },
  read_contactless: { takes: [text], again: 'freely', waits: 'card' },
  collect_contactless: { takes: [text], again: 'freely', waits: 'card', drives: true },
  charge_contactless: { takes: [text, number, text], waits: 'card', drives: true },
  forget_contactless: { takes: [text, text], waits: 'card' },
  set_settlement_route: { takes: [text], again: 'freely' },
  tap_order: { takes: [text], again: 'freely', waits: 'card', drives: true },
  // Addresses
  save_address: { takes: [record], again: 'once' },
  insert_address: { takes: [record, numberOrNothing], again: 'once' },
  set_default_address: { takes: [text], again: 'once' },
  remove_address: { takes: [text], again: 'once' },
  // Orders
  approve: { takes: [text, detailed, text], waits: 'card', drives: true },
  price_with_coupons: { takes: [text, texts], again: 'freely' },
  decline: { takes: [text], again: 'once' },
  cancel: { takes: [text], again: 'freely', drives: true },
  follow_money: { takes: [text], again: 'freely', drives: true },
  look_at_parcel: { takes: [text], again: 'freely', waits: 'parties' },
  evidence: { takes: [text], again: 'freely' },
  open_ask: { takes: [text], again: 'freely' },
  waiting_purchase: { takes: [], again: 'freely' },
  pay_again: { takes: [text] },
  // A card that stays at home, and one that is lent to this wallet
  home_set_up: { takes: [text, text, text, text], waits: 'card' },
  home_enrol: { takes: [text, text, text], waits: 'card' },
  home_invitation: { takes: [], again: 'freely' },
  home_revoke: { takes: [text], again: 'freely', waits: 'card' },
  home_lend: { takes: [text, detailed], waits: 'card' },
  // What the card has heard is shown although the proxy has not heard it yet.
  home_stop: { takes: [number], again: 'freely', waits: 'parties' },
  home_top_up: { takes: [text, number, number, number, number], waits: 'card' },
  home_follow_uses: { takes: [], again: 'freely', waits: 'card' },
  home_mail_ask: { takes: [text], waits: 'parties' },
  home_mail_confirm: { takes: [text], again: 'once', waits: 'parties' },
  home_mail_remove: { takes: [], again: 'freely', waits: 'parties' },
  home_stop_everything: { takes: [], again: 'freely', waits: 'parties' },
  away_code: { takes: [text], again: 'freely', waits: 'card' },
  away_join: { takes: [text, text, text], waits: 'parties' },
  away_fetch: { takes: [text], again: 'freely', waits: 'parties' },
  away_approve: { takes: [text, detailed, text, text], waits: 'parties', drives: true },
  away_try: { takes: [text, text, text], waits: 'parties' },
  away_stop: { takes: [text], again: 'freely', waits: 'parties' },
  away_leave: { takes: [text], again: 'freely' },
  lend_card: { takes: [flag], again: 'freely' },
  connect_home: { takes: [], again: 'freely' },
  // Readers
  readers: { takes: [], again: 'freely' },
  reader_filters: { takes: [], again: 'freely' },
  forget_reader: { takes: [text], again: 'once' },
}

/** A call on its way from a page to the service worker. */
export interface OwnCall {
  type: 'call'
  method: Method
  /** As `packed` packs them. */
  args: unknown[]
  /** Names a call that may be sent again: the same key is the same call. */
  key?: string
}

export const isMethod = (name: unknown): name is Method => typeof name === 'string' && Object.hasOwn(CALLS, name)

/** The arguments of a call, each read by the shape that the table says. Throws a TypeError for another one. */
export function argumentsOf(method: Method, args: unknown[]): unknown[] {
  const shapes: Shape<unknown>[] = CALLS[method].takes
  if (args.length > shapes.length) throw new TypeError(`${method} takes fewer arguments`)
  return shapes.map((read, place) => read(args[place]))
}
