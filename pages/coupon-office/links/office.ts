// What the page says to the office about links: lists of hashes, which it sends, and commands about them, which its operator's
// key signs. A list is issued whole or not at all, and sending everything again changes nothing.
import { operatorHeaders } from '../../shared/console/feed.svelte.ts'
import type { Owner } from '../../shared/console/model.ts'
import { operatorFor, sendCommand, signedCommand } from '../../shared/console/operator.ts'
import { getJson, postForJson } from '../../shared/http.ts'
import type { Link } from './link.ts'

/** The most links of one list, as the office takes it. */
const LIST_MAX = 4_000

export interface Campaign {
  id: string
  shop: string
  value: { minor: number; currency: string }
  /** How many are left to be issued. */
  left: number
  /** In seconds since 1970. */
  until: number
}
export type State = 'new' | 'twice' | 'waiting' | 'redeemed' | 'cancelled'

/** A line of the console's table, by its columns. */
interface Row {
  campaign: { text: string }
  shop: { party: string }
  value: { money: Campaign['value'] }
  issued: { share: { of: number; most: number } }
  until: { time: number }
}

/** The office, and its campaigns that are not over. */
export async function readOffice(): Promise<{ owner: Owner & { name: string }; campaigns: Campaign[] }> {
  const owner = await getJson<Owner & { tables: { name: string; columns: string[]; rows: unknown[][] }[] }>(
    '/v1/console',
    operatorHeaders(),
  )
  const table = owner.tables.find(({ name }) => name === 'campaigns')
  const rows = (table?.rows ?? []).map(row => Object.fromEntries((table?.columns ?? []).map((name, at) => [name, row[at]])))
  const campaigns = (rows as unknown as Row[]).map(campaignOf).filter(({ until }) => until * 1000 > Date.now())
  return { owner, campaigns }
}

const campaignOf = ({ campaign, shop, value, issued, until }: Row): Campaign => ({
  id: campaign.text,
  shop: shop.party,
  value: value.money,
  left: issued.share.most - issued.share.of,
  until: until.time,
})

/** Sends a list: how it is called from then on, and what the office knows of each. */
async function sendList(campaign: string, links: readonly Link[]): Promise<{ list: string; states: State[] }> {
  const bytes = new Uint8Array(links.length * 32)
  links.forEach(({ claim }, at) => bytes.set(bytesOf(claim), at * 32))
  const list = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
  const path = `/v1/console/campaigns/${campaign}/links`
  const sent = await postForJson<{ states: State[] }>(path, bytes, 'application/octet-stream', operatorHeaders())
  return { list, states: sent.states }
}

/** What the office knows of each link. */
export async function statesOf(campaign: string, links: readonly Link[], told: (count: number) => void): Promise<State[]> {
  const states: State[] = []
  for (const part of parts(links)) {
    states.push(...(await sendList(campaign, part)).states)
    told(states.length)
  }
  return states
}

/**
 * Issues or cancels links, list by list. Of a list that is issued already nothing is done, so that one may go on after whatever
 * came between; resolves to the places of those that are in the way, and stops there.
 */
export async function command(
  what: 'issue-links' | 'cancel-links',
  { owner, operator, campaign }: { owner: Owner; operator: string; campaign: string },
  links: readonly Link[],
  done: (count: number) => void,
): Promise<{ at: number; state: Exclude<State, 'new'> }[]> {
  const key = await operatorFor(owner, operator)
  const { role, domain } = owner
  let count = 0
  for (const part of parts(links)) {
    const { list, states } = await sendList(campaign, part)
    const isIssue = what === 'issue-links'
    const isDone = isIssue && states.every(state => state === 'waiting')
    if (isIssue && !isDone) {
      const inTheWay = states.flatMap((state, at) => (state === 'new' ? [] : [{ at: count + at, state }]))
      if (inTheWay.length > 0) return inTheWay
    }
    if (!isDone) await sendCommand(await signedCommand(key, { role, domain, command: what, arguments: { campaign, list } }))
    count += part.length
    done(count)
  }
  return []
}

function* parts(links: readonly Link[]): Generator<readonly Link[]> {
  for (let at = 0; at < links.length; at += LIST_MAX) yield links.slice(at, at + LIST_MAX)
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], digits => parseInt(digits, 16))
const hex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
