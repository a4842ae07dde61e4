// What the three parts of the extension say to each other, and the limits they hold each other to.

import type { HomeLink } from './home-link'
import type { FormView, WalletView } from './wallet-types'

/** The most characters one request of a web page may have, encoded as it travels. */
export const MESSAGE_CHARACTERS_MAX = 64 * 1024

/** A shop's page offers an order form (COSE, base64url). */
export interface OrderRequest {
  type: 'order'
  form: string
  /** The holder did something on the page just now; without that no window opens. */
  gesture: boolean
}

/** An issuer's page offers an account (COSE, base64url). */
export interface OfferRequest {
  type: 'offer'
  offer: string
  /** As for an order. */
  gesture: boolean
}

/** A coupon office's page hands over a link to a coupon or to a campaign: its whole text (UTF-8, base64url). */
export interface CouponRequest {
  type: 'coupon'
  link: string
  /** As for an order. */
  gesture: boolean
}

/** The content script asks how the order it relayed is getting on. */
export interface StatusRequest {
  type: 'order-status'
  request_id: string
  /** The answer may wait until the state is another than this one. */
  seen?: string
}

export type PageRequest = OrderRequest | OfferRequest | CouponRequest | StatusRequest

/** What the service worker tells a page's content script: the holder wants to pay once more, with another card. */
export interface PageTold {
  type: 'again'
}

/** How an order stands, as far as the shop's page may know. */
export interface OrderStatus {
  state: string
  order_id?: string
  /** Set when the order has ended badly: the page's promise is rejected with this name. */
  ended?: 'Declined' | 'Replaced' | 'Expired' | 'Refused' | 'Failed'
  /** True as soon as the holder has approved it. */
  approved: boolean
  /** True as soon as the shop has the order. */
  placed: boolean
}

/** An error, for which the catalogue has the words. */
export interface WalletProblem {
  kind: string
  /** Whom or what it is about, such as a party's name. */
  about?: string
  /** Key of the sentence about the money of an order that was sent, who said it, and until when the shop could have it charged. */
  money_key?: string
  issuer?: string
  until?: number
  /** What the order would be paid from. */
  payment?: 'card' | 'account' | 'purse' | 'coupon' | 'contactless'
  details: string
}

/** An error as a web page gets it: a stable name and a sentence for its developer. */
export interface PageProblem {
  name: string
  message: string
}

export type Answer<T, E> = { ok: true; value: T } | { ok: false; error: E }
export type OwnAnswer<T> = Answer<T, WalletProblem>
export type PageAnswer<T> = Answer<T, PageProblem>

/** What a page asked for and the holder has not answered yet. */
export interface AskView {
  kind: 'order' | 'offer' | 'coupon'
  origin: string
  /** The wallet's name for the order; absent while the wallet is locked or has no card. */
  request_id?: string
  /** What the order is about, while the wallet cannot take it. */
  about?: FormView
  problem?: WalletProblem
  /** The link to a coupon. */
  text?: string
  /** The window opened with the gesture that asked for it: the caret may stand in the PIN. */
  begun: boolean
  /** Which other sites wait until this is decided, by origin. */
  waiting: string[]
}

/** What the service worker pushes to every open page of the extension. */
export type Push =
  | { type: 'view'; view: WalletView }
  /** Why there is no view. */
  | { type: 'problem'; problem: WalletProblem }
  /** Why open orders do not go on at the moment; nothing when they do again. */
  | { type: 'trouble'; problem?: WalletProblem }
  /** How the connection to the home proxy is. */
  | { type: 'home'; link: HomeLink }

const BASE64URL = /^[A-Za-z0-9_-]+$/
const IDENTIFIER = /^[A-Za-z0-9-]{1,64}$/

/** Reads a request of a web page; anything of another shape or size is null. */
export function readPageRequest(value: unknown): PageRequest | null {
  if (typeof value !== 'object' || value === null) return null
  const message = value as Record<string, unknown>
  switch (message.type) {
    case 'order':
      return isPayload(message.form) ? { type: 'order', form: message.form, gesture: message.gesture === true } : null
    case 'offer':
      return isPayload(message.offer) ? { type: 'offer', offer: message.offer, gesture: message.gesture === true } : null
    case 'coupon':
      return isPayload(message.link) ? { type: 'coupon', link: message.link, gesture: message.gesture === true } : null
    case 'order-status': {
      if (typeof message.request_id !== 'string' || !IDENTIFIER.test(message.request_id)) return null
      const request: StatusRequest = { type: 'order-status', request_id: message.request_id }
      if (typeof message.seen === 'string' && message.seen.length <= 32) request.seen = message.seen
      return request
    }
    default:
      return null
  }
}

/** Non-empty base64url without padding, within the limit. */
export function isPayload(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MESSAGE_CHARACTERS_MAX && BASE64URL.test(value)
}

/** The longest backup file, in bytes. */
export const BACKUP_BYTES_MAX = 16 * 1024 * 1024
