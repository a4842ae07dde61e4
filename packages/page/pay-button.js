// A button that pays: from the shop's form to the order, with a sentence for everything that may happen between.
import { forgetForm, keepForm, keptForm } from './kept-form.js'
import { languageOf, sentenceOf } from './sentences.js'
import { drawButton } from './button-face.js'
import { tallystick } from './tallystick.js'

const NAME = 'tallystick-pay'
/** How long to wait for a wallet to announce itself. */
const ANNOUNCEMENT_MS_MAX = 1_200
/** After these the same form may be asked for once more. */
const SAME_FORM = ['Unavailable', 'NoGesture']

const WORDS = {
  en: {
    pay: 'Pay with Tallystick',
    form: 'The shop is writing your order…',
    asking: 'Your wallet is asking you. Look for its window. No money has moved.',
    approved: 'Approved. The shop is receiving your order…',
    ordered: 'Thank you. The shop has your order.',
    missing: 'You need the Tallystick wallet, an extension of this browser.',
    install: 'Get the wallet',
  },
  ja: {
    pay: 'Tallystick で支払う',
    form: 'ショップが注文書を作っています…',
    asking: 'ウォレットのウィンドウで確認してください。お金はまだ動いていません。',
    approved: '承認しました。ショップに注文を届けています…',
    ordered: 'ありがとうございます。ショップが注文を受け取りました。',
    missing: 'Tallystick ウォレット（ブラウザの拡張機能）が必要です。',
    install: 'ウォレットを入手する',
  },
}

export function payButton(options) {
  if (typeof options?.form !== 'function' || typeof options.onordered !== 'function') {
    throw new TypeError('payButton takes { form, onordered }, two functions.')
  }
  if (!customElements.get(NAME)) customElements.define(NAME, elementClass())
  const element = document.createElement(NAME)
  element.options = options
  return element
}

/** Made when it is wanted, so that a server may import this file. */
function elementClass() {
  return class TallystickPay extends HTMLElement {
    #face
    #busy = false
    #stop

    connectedCallback() {
      this.#face ??= drawButton(this.attachShadow({ mode: 'open' }), () => void this.pay())
      this.#show('ready', '')
      this.#stop = tallystick.onAgain(() => void this.pay())
      void this.#takeUpAgain()
    }

    disconnectedCallback() {
      this.#stop?.()
    }

    /** What pressing the button does: one order at a time. */
    async pay() {
      await this.#once(async () => {
        if (!(await tallystick.whenAvailable(ANNOUNCEMENT_MS_MAX))) return this.#show('missing', this.#words.missing)
        const kept = keptForm(this.#basket)
        if (!kept) this.#show('busy', this.#words.form)
        await this.#ask(kept ?? (await this.options.form()))
      })
    }

    /** The page was reloaded while the wallet asked: the same form gets the answer that it would have got. */
    async #takeUpAgain() {
      const kept = keptForm(this.#basket)
      if (!kept || !(await tallystick.whenAvailable(ANNOUNCEMENT_MS_MAX))) return
      await this.#once(() => this.#ask(kept))
    }

    async #ask(form) {
      const { bytes, reference } = read(form)
      keepForm(this.#basket, bytes, reference)
      this.#show('busy', this.#words.asking)
      const { orderId, state } = await tallystick.requestOrder(bytes, () => this.#show('busy', this.#words.approved))
      forgetForm()
      this.#show('ordered', this.#words.ordered)
      this.options.onordered({ orderId, state, reference })
    }

    async #once(work) {
      if (this.#busy) return
      this.#busy = true
      try {
        await work()
      } catch (error) {
        if (!SAME_FORM.includes(error?.name)) forgetForm()
        this.#show('failed', sentenceOf(error, this.#language))
        this.options.onfailed?.(error)
      } finally {
        this.#busy = false
      }
    }

    get #language() {
      return languageOf(this.options.language ?? (document.documentElement.lang || navigator.language))
    }

    get #words() {
      return WORDS[this.#language]
    }

    get #basket() {
      return this.options.basket?.() ?? location.pathname
    }

    #show(state, sentence) {
      this.setAttribute('state', state)
      this.lang = this.#language
      const { pay, install } = this.#words
      const busy = state === 'busy' || state === 'ordered'
      this.#face.show({ label: pay, busy, sentence, link: state === 'missing' && this.options.install, install })
    }
  }
}

/** The form's bytes, whichever way the page's server hands them on. */
function read(form) {
  if (form instanceof Uint8Array) return { bytes: form }
  const { form: signed, order_reference: reference } = form
  return { bytes: signed instanceof Uint8Array ? signed : Uint8Array.from(atob(signed), character => character.charCodeAt(0)), reference }
}
