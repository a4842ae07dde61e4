// How long a site has to wait before it may ask again: longer with every request that the holder
// closed or declined, or that the site itself replaced by another. A site that was paid starts anew.

/** The wait after so many in a row; the first two cost nothing, because people change their minds. */
const WAITS_MS = [0, 0, 0, 10_000, 60_000, 600_000]
/** So long after the last one nothing is held against a site. */
const FORGOTTEN_MS = 30 * 60_000
/** Sites remembered at once; the one that was quiet longest goes first. */
const SITES_MAX = 64
const STORED_AS = 'patience'

interface Turned {
  count: number
  /** When it was last, in milliseconds. */
  at_ms: number
}

type Sites = Record<string, Turned>

/** Milliseconds that the site has to wait yet; 0 when it may ask. */
export async function waitMs(origin: string): Promise<number> {
  const turned = (await read())[origin]
  if (!turned) return 0
  const wait = WAITS_MS[Math.min(turned.count, WAITS_MS.length - 1)] ?? 0
  return Math.max(0, turned.at_ms + wait - Date.now())
}

/** The holder turned a request of the site down, or the site replaced it. */
export async function turnedDown(origin: string): Promise<void> {
  const sites = await read()
  sites[origin] = { count: (sites[origin]?.count ?? 0) + 1, at_ms: Date.now() }
  const names = Object.keys(sites).sort((one, other) => (sites[other]?.at_ms ?? 0) - (sites[one]?.at_ms ?? 0))
  for (const name of names.slice(SITES_MAX)) delete sites[name]
  await chrome.storage.session.set({ [STORED_AS]: sites })
}

/** The holder approved what the site asked. */
export async function welcome(origin: string): Promise<void> {
  const sites = await read()
  if (!sites[origin]) return
  delete sites[origin]
  await chrome.storage.session.set({ [STORED_AS]: sites })
}

async function read(): Promise<Sites> {
  const stored = (await chrome.storage.session.get(STORED_AS))[STORED_AS] as Sites | undefined
  const fresh = Object.entries(stored ?? {}).filter(([, { at_ms }]) => Date.now() - at_ms < FORGOTTEN_MS)
  return Object.fromEntries(fresh)
}
