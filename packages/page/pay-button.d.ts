/** What the page's own server answers: `createForm` of @tallystick/server, handed on; or the form's bytes alone. */
export type Form = Uint8Array | { form: string | Uint8Array; order_reference?: string }

/** An order that the shop has. */
export interface Ordered {
  /** The order's number. */
  orderId: string
  state: string
  /** As the form's answer named it. */
  reference?: string
}

export interface PayButtonOptions {
  /** Fetches a signed form for what is bought now. Called when the button is pressed; a rejection is shown as the shop's silence. */
  form: () => Promise<Form>
  /** The shop has the order: go to the page that says thank you. */
  onordered: (ordered: Ordered) => void
  /** It did not come to that; the button has said why already. */
  onfailed?: (error: unknown) => void
  /** Language of label and sentences (BCP 47): `en` or `ja`; the document's, if it is left out. */
  language?: string
  /** Where the wallet is had; without it the button only says that it is needed. */
  install?: string
  /** What the form is for, such as the basket as text: after a reload only a form for the same is taken up again. */
  basket?: () => string
}

/** The element `<tallystick-pay>`. It says how it stands by its attribute `state`. */
export interface TallystickPay extends HTMLElement {
  options: PayButtonOptions
  /** What pressing the button does. */
  pay(): Promise<void>
}

/**
 * Makes a button *Pay with Tallystick*. It asks for the form, hands it to the wallet, says in a sentence how it goes, keeps the form while
 * the wallet asks, so that a reload of the page loses nothing, and offers the wallet where there is none.
 */
export function payButton(options: PayButtonOptions): TallystickPay
