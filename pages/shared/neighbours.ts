// Where the other demo parties are: beside this one, each under a name of its own, on the same
// protocol and port.

import PARTIES from '../../worker/demo/parties.json'

/** A party of the demo, by the first part of its domain. */
export type Neighbour = string

const firstOf = (domain: string): Neighbour => domain.split('.')[0] ?? ''

/** The parties of the demo: where each is, in which role, and what it calls itself. */
export const NEIGHBOURS = PARTIES.map(({ role, domain, name }) => ({ at: firstOf(domain), role, name }))

const nameAt = (at: Neighbour): string | undefined => NEIGHBOURS.find(party => party.at === at)?.name

/** `asahi-card` seen from `http://kiso-tea.localhost:8787` is `http://asahi-card.localhost:8787/`. */
export function partyAddress(name: Neighbour, path = '/', here: Pick<Location, 'protocol' | 'hostname' | 'port'> = location): string {
  const above = here.hostname.split('.').slice(1).join('.') || 'localhost'
  return `${here.protocol}//${name}.${above}${here.port ? `:${here.port}` : ''}${path}`
}

/** Whose page this is, by the first part of its domain; `otherwise` under a domain that is not the demo's. */
export function ownName(otherwise: Neighbour, hostname = location.hostname): Neighbour {
  return nameAt(firstOf(hostname)) ? firstOf(hostname) : otherwise
}

/** What the party at a domain calls itself; the domain, if it is none of the demo's. */
export const nameOf = (domain: string): string => nameAt(firstOf(domain)) ?? domain

/**
 * A courier's own page about a parcel. Number and code stand behind the number sign, which no browser sends: they are in no
 * server's log.
 */
export function trackingAddress(
  courier: string,
  number: string,
  code: string,
  here: Pick<Location, 'protocol' | 'port'> = location,
): string {
  const isLocal = courier.endsWith('.localhost')
  const origin = isLocal ? `${here.protocol}//${courier}${here.port ? `:${here.port}` : ''}` : `https://${courier}`
  return `${origin}/#${number}/${code}`
}
