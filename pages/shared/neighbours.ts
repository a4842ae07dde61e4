// Where the other demo parties are: beside this one, each under a name of its own, on the same
// protocol and port.

/** The parties of the demo and what they call themselves. */
const NAMES = {
  'kiso-tea': 'Kiso Tea & Books',
  'asahi-card': 'Asahi Card',
  'ume-card': 'Ume Card',
  hayate: 'Hayate Courier',
  tsubame: 'Tsubame Express',
  keys: 'Tallystick Key Centre',
  ca: 'Tallystick CA',
} as const

export type Neighbour = keyof typeof NAMES

/** `asahi-card` seen from `http://kiso-tea.localhost:8787` is `http://asahi-card.localhost:8787/`. */
export function partyAddress(name: Neighbour, path = '/', here: Pick<Location, 'protocol' | 'hostname' | 'port'> = location): string {
  const above = here.hostname.split('.').slice(1).join('.') || 'localhost'
  return `${here.protocol}//${name}.${above}${here.port ? `:${here.port}` : ''}${path}`
}

/** Whose page this is, by the first part of its domain; `otherwise` under a domain that is not the demo's. */
export function ownName(otherwise: Neighbour, hostname = location.hostname): Neighbour {
  const first = hostname.split('.')[0] ?? ''
  return Object.hasOwn(NAMES, first) ? (first as Neighbour) : otherwise
}

/** What the party at a domain calls itself; the domain, if it is none of the demo's. */
export function nameOf(domain: string): string {
  const first = domain.split('.')[0] ?? ''
  return Object.hasOwn(NAMES, first) ? NAMES[first as Neighbour] : domain
}
