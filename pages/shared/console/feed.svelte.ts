// Asks the party again and again for what is new of what is shown. What was read last stays on the page while the party does
// not answer.
import { getJson, getJsonIfNew, getText, RequestFailure } from '../http.ts'
import type { OneOrder, Overview } from './model.ts'
import { filePathOf, followPlace, pathOf, place } from './place.svelte.ts'

const REFRESH_MS = 2_000
const TOKEN_STORED_AS = 'console-token'
/** How many parts of a file are put together at most. */
const FILE_PARTS_MAX = 200

interface Health {
  version?: string
  status?: string
}

export interface Feed {
  overview: Overview | null
  /** The order whose page is shown. */
  one: OneOrder | null
  version: string
  /** When it was read, in milliseconds since 1970; 0 before the first time. */
  readAt: number
  trouble: '' | 'unreachable' | 'starting' | 'locked' | 'wrong-token' | 'unknown-order' | 'unread'
  paused: boolean
}

export const feed = $state<Feed>({ overview: null, one: null, version: '', readAt: 0, trouble: '', paused: false })

/** Names what was read last, so that the party answers only when something is new. */
let tag = ''
let timer: ReturnType<typeof setTimeout> | undefined

/** Begins; `moved` is called when another place is shown. The returned function ends it. */
export function follow(moved: () => void): () => void {
  const onVisible = () => {
    if (!document.hidden) void step()
  }
  const unfollow = followPlace(() => {
    tag = ''
    if (feed.one?.order.order_id !== place.order) feed.one = null
    void step(true).then(moved)
  })
  document.addEventListener('visibilitychange', onVisible)
  void step()
  return () => {
    clearTimeout(timer)
    unfollow()
    document.removeEventListener('visibilitychange', onVisible)
  }
}

export function pauseOrGoOn(): void {
  feed.paused = !feed.paused
  if (!feed.paused) void step()
}

export function useToken(token: string): void {
  sessionStorage.setItem(TOKEN_STORED_AS, token)
  void step()
}

/** Reads at once what is shown. */
export const readNow = (): Promise<void> => step(true)

async function step(now = false): Promise<void> {
  clearTimeout(timer)
  if (!now && (feed.paused || document.hidden)) return
  await read()
  clearTimeout(timer)
  if (feed.trouble !== 'locked' && feed.trouble !== 'wrong-token') timer = setTimeout(() => void step(), REFRESH_MS)
}

/** What tells the party who asks. */
export function operatorHeaders(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN_STORED_AS)
  return token ? { authorization: `Bearer ${token}` } : {}
}

async function read(): Promise<void> {
  const path = pathOf(place)
  try {
    if (!feed.version) feed.version = (await getJson<Health>('/health')).version ?? ''
    const news = await getJsonIfNew<Overview & OneOrder>(path, operatorHeaders(), tag)
    if (path !== pathOf(place)) return
    if (news) {
      show(news.data)
      tag = news.tag
    }
    feed.readAt = Date.now()
    feed.trouble = ''
  } catch (error) {
    if (path === pathOf(place)) feed.trouble = troubleOf(error)
  }
}

/** The same answer again changes nothing on the page: a selection or an open fold stays. */
function show(data: Overview & OneOrder): void {
  if (place.order) {
    if (JSON.stringify(data) !== JSON.stringify(feed.one)) feed.one = data
  } else if (JSON.stringify(data) !== JSON.stringify(feed.overview)) feed.overview = data
}

function troubleOf(error: unknown): Feed['trouble'] {
  const status = error instanceof RequestFailure ? error.status : 0
  switch (status) {
    case 401:
    case 403: {
      const had = sessionStorage.getItem(TOKEN_STORED_AS)
      sessionStorage.removeItem(TOKEN_STORED_AS)
      return had ? 'wrong-token' : 'locked'
    }
    case 400:
      return 'unread'
    case 404:
      return 'unknown-order'
    case 503:
      return 'starting'
    default:
      return 'unreachable'
  }
}

/** Everything that the list at this place holds, as one file for spreadsheets. */
export async function wholeFile(): Promise<Blob> {
  const parts: string[] = []
  let before = ''
  do {
    const { text, link } = await getText(filePathOf(place, before), operatorHeaders())
    parts.push(parts.length === 0 ? text : text.slice(text.indexOf('\n') + 1))
    before = /before=([^>&]+)>; rel="next"/.exec(link)?.[1] ?? ''
  } while (before && parts.length < FILE_PARTS_MAX)
  // Spreadsheets take UTF-8 for UTF-8 by its mark.
  return new Blob(['\uFEFF', ...parts], { type: 'text/csv' })
}
