// The dealer of the demo's vending machine, as a program: has an account outside, and has the machine's purse opened.
import { randomUUID } from 'node:crypto'
import { operatorOf } from './operator.mjs'
import { PARTIES } from './secrets.mjs'

const MACHINE = PARTIES.find(({ role }) => role === 'vending')
/** How long the purse may take: its keys are made and certified. */
const PATIENCE_MS = 180_000

/** What the machine shows on its front. */
export const frontOf = async parties => (await parties.fetch(MACHINE.domain, '/v1/machine')).json()

/** Has the machine's purse opened, unless it is, and waits for it. */
export async function openMachine(parties) {
  if ((await frontOf(parties)).state === 'selling') return
  const command = await operatorOf(parties, MACHINE)
  await command('set-up-purse', { iban: await openOutside(parties) })
  const until = Date.now() + PATIENCE_MS
  while ((await frontOf(parties)).state !== 'selling') {
    if (Date.now() > until) throw new Error(`The machine has no purse yet; ${MACHINE.domain}/console says why.`)
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

/** An account at the ordinary bank outside, in the name that DEALER has in worker/demo/vending.jsonc: the machine's. */
async function openOutside(parties) {
  const application = { name: MACHINE.name, currency: 'JPY', key: randomUUID() }
  const answer = await parties.fetch(parties.domain('banking-system'), '/v1/accounts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(application),
  })
  if (answer.status !== 200) throw new Error(`The bank outside answered ${answer.status}: ${answer.text()}`)
  return answer.json().iban
}
