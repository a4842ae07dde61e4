// @ts-nocheck -- most of it runs in a page, which has globals of its own
// Payments from purse to purse without a bank: what each wallet computes for one, and how long the messages are, for the
// first payment and after many of them back and forth.
import { AIKO } from '../../scripts/lib/shopper.mjs'
import { walletsAtBank } from './bank-wallets.mjs'
import { summary } from './statistics.mjs'

const MOVED = 10
/** So many payments, and both tell the bank: a card remembers so many at least. */
const EACH = 10
/** What each message is, in the order in which they pass. */
export const MESSAGES = ['request', 'payment', 'answer']

/**
 * Two wallets pay each other so many times, in turn, and spend what they were paid. Resolves to { hops, browser, early,
 * late }: of the first payments and of the last as many { payer, payee, pin, stored, bytes }; milliseconds as summaries,
 * without the PIN's stretching, which is in `pin` for each time it is typed, and without the browser's storage, which is in
 * `stored` for each step; bytes of each message at most.
 */
export async function betweenPurses(parties, { hops }) {
  const { wallets, browser, close } = await walletsAtBank(parties, 2)
  try {
    const [first, second] = wallets
    await first.page.evaluate(loaded, { minor: 10 * MOVED, pin: AIKO.pin })
    const payments = []
    for (let hop = 0; hop < hops; hop++) {
      const [payer, payee] = hop % 2 === 0 ? [first, second] : [second, first]
      payments.push(await paid(payer, payee, MOVED))
      if ((hop + 1) % EACH === 0) await Promise.all(wallets.map(reported))
    }
    const few = Math.min(50, Math.floor(hops / 2))
    return { hops, browser, early: summed(payments.slice(0, few)), late: summed(payments.slice(-few)) }
  } finally {
    await close()
  }
}

function summed(payments) {
  const of = figure => summary(payments.map(figure))
  const longest = name => Math.max(...payments.map(({ bytes }) => bytes[name]))
  return {
    payer: of(({ payer }) => payer),
    payee: of(({ payee }) => payee),
    pin: summary(payments.flatMap(({ pins }) => pins)),
    stored: summary(payments.flatMap(({ stored }) => stored)),
    bytes: Object.fromEntries(MESSAGES.map(name => [name, longest(name)])),
  }
}

/** One pays another: the milliseconds that each computed, and the bytes of each message. */
export async function paid(payer, payee, minor) {
  const pin = AIKO.pin
  const request = await payee.page.evaluate(stepped, { step: 'ask', minor, pin })
  const payment = await payer.page.evaluate(stepped, { step: 'pay', text: request.text, minor, pin })
  const answer = await payee.page.evaluate(stepped, { step: 'answer', text: payment.text, pin })
  const settled = await payer.page.evaluate(stepped, { step: 'settle', text: answer.text })
  return {
    payer: payment.ms + settled.ms,
    payee: request.ms + answer.ms,
    stored: [request, payment, answer, settled].map(({ storedMs }) => storedMs),
    pins: [request, payment, answer].map(({ pinMs }) => pinMs),
    bytes: { request: bytesOf(request.text), payment: bytesOf(payment.text), answer: bytesOf(answer.text) },
  }
}

/** Of what stands in base64url behind the word that says what the text is. */
const bytesOf = text => Buffer.from(text.slice('TALLY-ASK-'.length), 'base64url').length

/** Tells the bank what the purse of a wallet did, so that its card may forget it. */
export const reported = ({ page }) => page.evaluate(report, { pin: AIKO.pin })

/** Runs in a page. */
async function report({ pin }) {
  const { wallet } = globalThis
  await wallet.report_purse((await wallet.view()).purses[0].id, pin)
}

/** Runs in a page: loads so much into the purse. */
async function loaded({ minor, pin }) {
  const { wallet } = globalThis
  const view = await wallet.view()
  const [account, purse] = [view.accounts[0], view.purses[0]]
  await wallet.move_value({ purse_id: purse.id, from: account.end, to: purse.end }, minor, pin)
}

/** Runs in a page: one step of a payment; resolves to the text for the other, and to what the step, its PIN and its storage took. */
async function stepped({ step, text, minor, pin }) {
  const { wallet } = globalThis
  const purse = (await wallet.view()).purses[0].id
  globalThis.pinMs = globalThis.storedMs = 0
  const began = performance.now()
  const id = await {
    ask: () => wallet.ask_for_payment(purse, minor, pin),
    pay: () => wallet.pay_purse(purse, text, minor, pin),
    answer: () => wallet.answer_payment(text, true, pin),
    settle: () => wallet.settle_payment(text),
  }[step]()
  const ms = performance.now() - began
  const { payments } = await wallet.view()
  const { pinMs, storedMs } = globalThis
  return { text: payments.find(payment => payment.id === id)?.text, ms: ms - pinMs - storedMs, pinMs, storedMs }
}
