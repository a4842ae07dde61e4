// @ts-nocheck -- most of it runs in a page, which has globals of its own
// A bank on workerd with two wallets, of which the first moves value when it is told to, and both pay each other without
// the bank. What a wallet itself takes, a PIN stretched twice a movement most of all, is in the times by the clock, not in
// the bank's.
import { setTimeout as sleep } from 'node:timers/promises'
import { AIKO } from '../../scripts/lib/shopper.mjs'
import { walletsAtBank } from './bank-wallets.mjs'
import { paid, reported } from './between.mjs'
import { processorMs } from './processor.mjs'

const MOVED = 10
/**
 * A purse signs at most two moments of its clock, seconds, for a movement, each one later than the last. If movements
 * follow each other faster it gets ahead of its bank's clock, until the bank's offers are over for it.
 */
const MOVEMENT_SECONDS = 2

/** Resolves to { name, move(kind, count), report(count), processorMs(), requests(), close() }; see `inTurn`. */
export async function bankOnWorkerd(parties) {
  const { wallets, close } = await walletsAtBank(parties, 2)
  const [own, other] = wallets
  let asked = 0
  own.page.on('request', request => (asked += Number(isOfBank(request, parties))))
  const report = () => Promise.all(wallets.map(reported))
  /** Payments without the bank, of which both tell it every so many; the other pays back what it was paid one by one. */
  const reconcile = async (count, [payer, payee], each) => {
    const began = performance.now()
    for (let done = 1; done <= count; done++) {
      await paid(payer, payee, MOVED)
      if (done % each === 0) await report()
    }
    return performance.now() - began
  }
  return {
    name: 'tallystick',
    async move(kind, count) {
      if (kind === 'reconciliation') return reconcile(count, [own, other], 1)
      if (kind === 'batch') return reconcile(count, [other, own], count)
      return own.page.evaluate(moved, { kind, count, minor: MOVED, pin: AIKO.pin, other: other.account.end })
    },
    /** What the card remembers has to be heard by the bank before it is full, and the clock catches up. */
    async report(count) {
      await report()
      await sleep(count * MOVEMENT_SECONDS * 1000)
    },
    processorMs,
    /** How often the bank was asked since the last time. */
    requests() {
      const since = asked
      asked = 0
      return since
    },
    close,
  }
}

const isOfBank = (request, parties) => request.method() === 'POST' && new URL(request.url()).hostname === parties.domain('bank')

/** Runs in a page: moves value so often; resolves to the milliseconds that it took. */
async function moved({ kind, count, minor, pin, other }) {
  const { wallet } = globalThis
  const view = await wallet.view()
  const [account, purse] = [view.accounts[0].end, view.purses[0].end]
  const ends = { load: [account, purse], unload: [purse, account], transfer: [account, other] }
  const [from, to] = ends[kind]
  const began = performance.now()
  for (let i = 0; i < count; i++) {
    const id = await wallet.move_value({ purse_id: view.purses[0].id, from, to }, minor, pin)
    if (kind === 'transfer') await wallet.answer_movement(id, true, pin)
  }
  return performance.now() - began
}
