// The wallet as these pages see it: through the shop script, loaded from the page's own origin the
// way any shop loads it. Without the extension everything here answers "not there".
import { tallystick } from '/tallystick.js'

/** What the wallet said when it did not do as asked; `kind` is its stable name. */
export interface WalletRefusal {
  kind: string
  sentence: string
}

/** How long to wait for the extension to announce itself before saying that it is not there. */
const ANNOUNCEMENT_MS_MAX = 1_200

/** What the wallet said of itself that it keeps for its holder. */
let kept: unknown[] = []
addEventListener('tallystick:announce', event => {
  try {
    const { keeps } = JSON.parse((event as CustomEvent<string>).detail) as { keeps?: unknown }
    kept = Array.isArray(keeps) ? keeps : []
  } catch {
    kept = []
  }
})

/** Whether the wallet asks for the account's code itself and puts it on its holder's sheet; an older one leaves that to the page. */
export const keepsAccountCode = (): boolean => kept.includes('account-code')

export async function walletAvailable(ms = ANNOUNCEMENT_MS_MAX): Promise<boolean> {
  try {
    return await tallystick.whenAvailable(ms)
  } catch {
    return false
  }
}

export function requestOrder(form: Uint8Array, onapproved?: () => void): Promise<{ orderId: string; state: string }> {
  return tallystick.requestOrder(form, onapproved)
}

/** Calls `listener` when the holder wants to pay what was refused with another card. */
export function onAgain(listener: () => void): () => void {
  return tallystick.onAgain(listener)
}

export function addCard(offer: Uint8Array): Promise<void> {
  return tallystick.addCard(offer)
}

/** Hands over the whole text of a link to a coupon. */
export function takeCoupon(link: string): Promise<void> {
  return tallystick.takeCoupon(link)
}

export function refusalOf(error: unknown): WalletRefusal {
  if (error instanceof Error) {
    // A single word is a code, not a sentence: nobody is shown codes.
    const sentence = /\s/.test(error.message) ? error.message : ''
    return { kind: error.name, sentence }
  }
  return { kind: '', sentence: '' }
}

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u

/** Whether a sentence of the wallet, which speaks its holder's language, is in that of a page. */
export const isIn = (language: string, sentence: string): boolean => sentence !== '' && JAPANESE.test(sentence) === (language === 'ja')

/** Firefox takes the extension in another way than Chromium. */
export function isFirefox(agent = navigator.userAgent): boolean {
  return /\bFirefox\//.test(agent)
}
