// What web pages asked for, until the holder has decided and the page has heard of it. Kept in
// storage.session, which survives the death of the service worker and ends with the browser, and
// which pages cannot read.

import type { WalletProblem } from '../shared/messages'
import type { FormView } from '../shared/wallet-types'

export interface Ask {
  id: string
  kind: 'order' | 'offer' | 'coupon'
  /** As the browser named it; never taken from the page's own words. */
  origin: string
  /** SHA-256 of the form or offer: the same one again is the same ask. */
  digest: string
  /** The form or offer, base64url, until the wallet has taken it: an offer names a card. Of a coupon the link, whose
   *  secret stays until its tab closes. */
  payload?: string
  /** The wallet's name for the order, once it has taken the form. */
  request_id?: string
  /** What the order is about, while the wallet cannot take it. */
  about?: FormView
  window_id?: number
  tab_id?: number
  /** The window and the tab that the page is in: the approval window goes beside it. */
  opener_id?: number
  page_tab_id?: number
  /** Its window opened at once, with the gesture that asked for it: the holder expects to type there. */
  begun?: boolean
  /** Nothing is asked any longer: the holder has decided, the window was closed, another request took
   *  its place, or the wallet has taken the offer. */
  ended?: boolean
  /** The holder closed the window, or another request took its place. */
  closed?: boolean
  /** Another request of the same origin took its place. */
  replaced?: boolean
  problem?: WalletProblem
  /** When it was asked, in milliseconds. */
  at: number
}

/** Asks kept at once, over all pages. */
const ASKS_MAX = 32

const key = (id: string) => `ask:${id}`

/** All of them, the oldest first. */
export async function allAsks(): Promise<Ask[]> {
  const stored = await chrome.storage.session.get(null)
  return Object.entries(stored)
    .filter(([name]) => name.startsWith('ask:'))
    .map(([, ask]) => ask as Ask)
    .sort((one, other) => one.at - other.at)
}

export async function findAsk(id: string): Promise<Ask | undefined> {
  const stored = await chrome.storage.session.get(key(id))
  return stored[key(id)] as Ask | undefined
}

export async function saveAsk(ask: Ask): Promise<Ask> {
  await chrome.storage.session.set({ [key(ask.id)]: ask })
  return ask
}

export async function removeAsk(id: string): Promise<void> {
  await chrome.storage.session.remove(key(id))
}

/**
 * Makes room for one more: what has ended goes first. One site has at most one open ask of a kind, so
 * no site can fill the room; false when that many different sites wait for an answer.
 */
export async function makeRoom(): Promise<boolean> {
  const asks = await allAsks()
  const spare = asks.length - ASKS_MAX + 1
  if (spare <= 0) return true
  const ended = asks.filter(ask => ask.ended).slice(0, spare)
  await Promise.all(ended.map(ask => removeAsk(ask.id)))
  return ended.length >= spare
}
