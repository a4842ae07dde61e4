/** The wallet as a web page sees it; also `navigator.tallystick` once it has announced itself. */
export interface Tallystick {
  /**
   * Shows the holder an order form (COSE_Sign1, at most 48 KiB) signed by this page's own shop.
   * Resolves when the shop has the order. Rejects with a `TallystickError` otherwise. The holder
   * may take as long as the form is valid.
   *
   * Ask within a few seconds after the holder pressed something on the page: without that the wallet opens
   * nothing and answers `NoGesture`. `onapproved` is called once when the holder has approved, before the
   * shop has the order.
   *
   * The same form again is the same order: a page that was reloaded while the holder decided keeps the
   * form (in `sessionStorage`, say), asks again with it, and gets the answer it would have got. For that it
   * needs no gesture, and no window opens.
   */
  requestOrder(form: Uint8Array, onapproved?: () => void): Promise<{ orderId: string; state: string }>
  /** Shows the holder an account offer of this page's own issuer. Resolves when the wallet has opened it. */
  addCard(offer: Uint8Array): Promise<void>
  /**
   * Hands over a link to a coupon, or to a campaign, of this page's own office: the whole link, with what is behind its `#`.
   * Resolves when the wallet shows it; whether the holder takes it, the page is not told. Needs a gesture as an order does.
   */
  takeCoupon(link: string): Promise<void>
  /**
   * Calls `listener` when the holder, whose payment was refused, presses *Pay with another card* in the wallet:
   * write a new form for the same goods and ask again. That press is the gesture for it. Returns how to stop.
   */
  onAgain(listener: () => void): () => void
  /** Whether a wallet announces itself within so many milliseconds. */
  whenAvailable(milliseconds: number): Promise<boolean>
}

export type TallystickErrorName =
  /** The holder said no, or closed the window. */
  | 'Declined'
  /** The same shop asked for another order, perhaps in another tab; the wallet asks one at a time. */
  | 'Replaced'
  /** The holder has pressed nothing on the page, so the wallet opens nothing. */
  | 'NoGesture'
  /** The form expired before it was approved. */
  | 'Expired'
  /** Shop, issuer or courier refused the order; no money has moved. */
  | 'Refused'
  /** The order could not be placed. */
  | 'Failed'
  /** The wallet does not accept the form or the offer: signature, origin, content. */
  | 'FormRefused'
  | 'OfferRefused'
  | 'CouponRefused'
  /** The page may not ask: in a frame, sandboxed, or not https. */
  | 'NotAllowed'
  /** Not a form or offer at all, or over 64 KiB. */
  | 'BadRequest'
  /** Too many requests at once, or the holder turned down so many that the site has to wait. */
  | 'Busy'
  /** The wallet does not know this order. */
  | 'NotFound'
  /** No wallet here, or it does not answer. */
  | 'Unavailable'

export class TallystickError extends Error {
  name: TallystickErrorName
  /** The order's number, where it already had one. */
  orderId?: string
}

export const tallystick: Tallystick

declare global {
  interface Navigator {
    readonly tallystick?: Tallystick
  }
}
