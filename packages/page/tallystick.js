// What a shop or an issuer puts on its page to talk to the Tallystick wallet.
//
//   import { tallystick } from '/tallystick.js'
//   if (await tallystick.whenAvailable(1000)) {
//     const { orderId } = await tallystick.requestOrder(form)
//   }
//
// The wallet announces itself by an event, the way EIP-6963 announces wallets; from then on the
// same object is navigator.tallystick. This file holds no secret and decides nothing.

const VERSION = 1

let available = false
let counter = 0
const waiting = new Map()

/** Why the wallet did not do what the page asked; `name` says which kind. */
export class TallystickError extends Error {
  constructor(name, message, orderId) {
    super(message)
    this.name = name
    if (orderId) this.orderId = orderId
  }
}

/** @type {import('./tallystick.js').Tallystick} */
export const tallystick = Object.freeze({
  requestOrder: (form, onapproved) => ask('order', form, onapproved),
  addCard: async offer => {
    await ask('offer', offer)
  },
  takeCoupon: async link => {
    await ask('coupon', new TextEncoder().encode(link))
  },
  onAgain(listener) {
    window.addEventListener('tallystick:again', listener)
    return () => window.removeEventListener('tallystick:again', listener)
  },
  whenAvailable(milliseconds) {
    discover()
    if (available) return Promise.resolve(true)
    return new Promise(resolve => {
      const found = () => settle(true)
      const timer = setTimeout(() => settle(available), milliseconds)
      const settle = answer => {
        clearTimeout(timer)
        window.removeEventListener('tallystick:announce', found)
        resolve(answer)
      }
      window.addEventListener('tallystick:announce', found)
    })
  },
})

function ask(type, bytes, onapproved) {
  if (!available) return Promise.reject(new TallystickError('Unavailable', 'There is no Tallystick wallet in this browser.'))
  if (!(bytes instanceof Uint8Array)) return Promise.reject(new TypeError('expected a Uint8Array'))
  const id = `${Date.now().toString(36)}-${(counter += 1)}`
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, onapproved })
    const detail = JSON.stringify({ id, type, payload: base64url(bytes) })
    window.dispatchEvent(new CustomEvent('tallystick:request', { detail }))
  })
}

function base64url(bytes) {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function parse(detail) {
  try {
    return JSON.parse(detail)
  } catch {
    return {}
  }
}

function discover() {
  window.dispatchEvent(new CustomEvent('tallystick:discover'))
}

window.addEventListener('tallystick:announce', event => {
  if (parse(event.detail).version !== VERSION) return
  available = true
  if (!('tallystick' in navigator)) Object.defineProperty(navigator, 'tallystick', { value: tallystick })
})

window.addEventListener('tallystick:progress', event => {
  const { id, state } = parse(event.detail)
  if (state === 'approved') waiting.get(id)?.onapproved?.()
})

window.addEventListener('tallystick:response', event => {
  const { id, ok, result, error } = parse(event.detail)
  const request = waiting.get(id)
  if (!request) return
  waiting.delete(id)
  if (ok) request.resolve(result)
  else request.reject(new TallystickError(error?.name ?? 'Failed', error?.message ?? '', error?.orderId))
})

discover()
