// What single requests to the parties cost in processor time of workerd, beside an empty one through
// the same workerd: machines differ and are noisy, the ratio stays.
import assert from 'node:assert/strict'
import { BLANK_DOMAIN } from '../../scripts/lib/parties.mjs'
import { costOf } from './processor.mjs'

/**
 * `seen` holds what wallets sent: { confirmation, shares }, a body and a list of bodies. Resolves to
 * summaries in milliseconds, null where the processor's time cannot be told.
 */
export async function requests(parties, seen, { quick = false } = {}) {
  const rounds = quick ? 3 : 9
  const ask = (host, path, init, status) => async () => {
    const answer = await parties.fetch(host, path, init)
    assert.equal(answer.status, status, `${host}${path}: ${answer.text().slice(0, 200)}`)
  }
  const forged = Buffer.from(seen.confirmation)
  forged[forged.length - 1] ^= 1 // its end is the MAC
  const post = body => ({ method: 'POST', headers: { 'content-type': 'application/cbor', 'content-length': body.length }, body })
  const shop = parties.domain('shop')
  return {
    empty: await costOf(ask(BLANK_DOMAIN, '/health', {}, 200), { rounds, each: 200 }),
    health: await costOf(ask(shop, '/health', {}, 200), { rounds }),
    forged: await costOf(ask(shop, '/v1/confirmations', post(forged), 403), { rounds }),
    console: await costOf(ask(shop, '/v1/console', {}, 200), { rounds, each: 20 }),
    share: await largestShare(parties, seen.shares, post, quick ? 2 : 5),
  }
}

/** The dearest of a holder's shares: the one for the shops' space, whose degrees are the highest. */
async function largestShare(parties, bodies, post, each) {
  const ask = body => async () => {
    const answer = await parties.fetch(parties.domain('key-centre'), '/v1/holder-shares', post(body))
    assert.equal(answer.status, 200, answer.text().slice(0, 200))
  }
  let largest = null
  for (const body of bodies) {
    const cost = await costOf(ask(body), { rounds: 3, each })
    if (cost && !(largest?.p50 > cost.p50)) largest = cost
  }
  return largest
}
