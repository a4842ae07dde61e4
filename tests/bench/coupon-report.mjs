// What coupons cost their office, as tables.
import { KINDS } from './coupon.mjs'
import { number, table, time } from './format.mjs'

const TITLES = { transfer: 'handed on', verdict: 'the office’s verdict', verification: 'verified without the office' }
/** By how much many coupons may make it dearer, and how long 100,000 links may take, in seconds. */
const RATIO_MAX = 1.2
const LINKS_SECONDS_MAX = 60

const between = ({ p25, p50, p75 }, write) => `${write(p50)} (${write(p25)} – ${write(p75)})`
const goal = (what, reached, limit, write) =>
  `Goal for ${what}: ${write(limit)}; ${reached <= limit ? 'reached' : '**missed**'} at ${write(reached)}.`

/** All of it in Markdown, below headings of `###`. */
export function couponTables({ native, beside, links }) {
  return [
    '### On 1, 4 and 16 objects',
    perRow(native.objects, ({ objects }) => String(objects), 'objects'),
    'Processor time of the office alone, one thread, median (quartiles) over the rounds; a second by the clock. Handed on is a transfer that the owner’s card signed (RSA-2048), sealed, verified, decided, the ownership signed anew (P-256), and the answer signed and sealed. A coupon is at one object; of several, that one asks another who the receiver is, which is what a transfer costs there more, and each carries its own coupons. The office’s verdict and who verifies a coupon alone verify its three signatures.',
    '### At a thousand coupons and at many',
    perRow(native.coupons, ({ coupons }) => coupons.toLocaleString('en'), 'coupons'),
    goal('the ratio', Math.max(...native.coupons.slice(1).map(row => row.transfer.timesFirst.p50)), RATIO_MAX, number),
    '### A thousand who want one of fifty at once',
    `Exactly ${native.rush.got} of 1,000 got one and ${native.rush.none} heard that there are no more, in every round. All wait from the same moment: an answer came after ${between(native.rush.p50, time)}, the 95th of a hundred after ${between(native.rush.p95, time)} (medians and quartiles over the rounds).`,
    '### Beside swaps of Cashu’s mints',
    table(
      ['', 'processor time', 'a second', 'times ours'],
      beside.rows.map(({ name, processorMs, perSecond, timesOurs }) => [
        name,
        between(processorMs, time),
        between(perSecond, number),
        timesOurs ? between(timesOurs, number) : '1',
      ]),
    ),
    'The contestants in turn in each round; ours is the office natively. A swap of one coin is what a mint does when value goes from one to another. It differs: a coin is blinded and is whoever’s has it; our office verifies who hands on, keeps a register and a history of owners, and signs what was decided. A second is by the clock and of Cashu holds what its wallet takes, which is Python.',
    ...beside.missing,
    '### Links of a campaign',
    `On workerd, from the operator’s page in Chromium: ${links.count.toLocaleString('en')} links drawn in ${number(links.draw)} s and issued in ${number(links.issue)} s. ${goal('both, of 100,000', ((links.draw + links.issue) * 100_000) / links.count, LINKS_SECONDS_MAX, seconds => `${number(seconds)} s`)} Natively the office uses ${number(native.links.processorMs / 1000)} s of processor time for ${native.links.count.toLocaleString('en')}.`,
  ].join('\n\n')
}

function perRow(rows, titleOf, what) {
  const cells = row =>
    KINDS.flatMap(kind => [between(row[kind].processorMs, time), between(row[kind].perSecond, number), number(row[kind].timesFirst.p50)])
  const header = KINDS.flatMap(kind => [TITLES[kind], 'a second', 'times the first'])
  return table(
    [what, ...header],
    rows.map(row => [titleOf(row), ...cells(row)]),
  )
}
