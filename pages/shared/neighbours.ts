// Where the other demo parties are: beside this one, each under a name of its own, on the same
// protocol and port.

export type Neighbour = 'kiso-tea' | 'asahi-card' | 'hayate' | 'keys' | 'ca'

/** `asahi-card` seen from `http://kiso-tea.localhost:8787` is `http://asahi-card.localhost:8787/`. */
export function partyAddress(
  name: Neighbour,
  path = '/',
  here: Pick<Location, 'protocol' | 'hostname' | 'port'> = location,
): string {
  const above = here.hostname.split('.').slice(1).join('.') || 'localhost'
  return `${here.protocol}//${name}.${above}${here.port ? `:${here.port}` : ''}${path}`
}
