// Asks the party again and again for what is new of what it holds, as many pages as are shown. What was read last stays on the page while the
// party does not answer.
import { getJson, getJsonIfNew, RequestFailure } from '../http.ts'
import type { ConsoleData } from './model.ts'

const REFRESH_MS = 2_000
const TOKEN_STORED_AS = 'console-token'

interface Health {
  version?: string
  status?: string
}

export interface Feed {
  data: ConsoleData | null
  version: string
  /** When `data` was read, in milliseconds since 1970; 0 before the first time. */
  readAt: number
  trouble: '' | 'unreachable' | 'starting' | 'locked' | 'wrong-token'
  paused: boolean
}

export const feed = $state<Feed>({ data: null, version: '', readAt: 0, trouble: '', paused: false })

/** Names what was read last, so that the party answers only when something is new. */
let tag = ''
/** How many pages of orders are shown. */
let pages = 1

let timer: ReturnType<typeof setTimeout> | undefined

/** Begins; the returned function ends it. */
export function follow(): () => void {
  const onVisible = () => {
    if (!document.hidden) void step()
  }
  document.addEventListener('visibilitychange', onVisible)
  void step()
  return () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisible)
  }
}

export function pauseOrGoOn(): void {
  feed.paused = !feed.paused
  if (!feed.paused) void step()
}

/** Shows the orders before the last one too. */
export async function showEarlier(): Promise<void> {
  pages += 1
  tag = ''
  await step()
}

export function useToken(token: string): void {
  sessionStorage.setItem(TOKEN_STORED_AS, token)
  void step()
}

async function step(): Promise<void> {
  clearTimeout(timer)
  if (feed.paused || document.hidden) return
  await read()
  clearTimeout(timer)
  if (feed.trouble !== 'locked' && feed.trouble !== 'wrong-token') timer = setTimeout(() => void step(), REFRESH_MS)
}

async function read(): Promise<void> {
  const token = sessionStorage.getItem(TOKEN_STORED_AS)
  try {
    if (!feed.version) feed.version = (await getJson<Health>('/health')).version ?? ''
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    const news = await getJsonIfNew<ConsoleData>('/v1/console', headers, tag)
    if (news) {
      const data = await withEarlier(news.data, headers)
      // The same answer again changes nothing on the page: a selection or an open fold stays.
      if (JSON.stringify(data) !== JSON.stringify(feed.data)) feed.data = data
      tag = news.tag
    }
    feed.readAt = Date.now()
    feed.trouble = ''
  } catch (error) {
    const status = error instanceof RequestFailure ? error.status : 0
    if (status === 401 || status === 403) {
      feed.trouble = token ? 'wrong-token' : 'locked'
      sessionStorage.removeItem(TOKEN_STORED_AS)
    } else feed.trouble = status === 503 ? 'starting' : 'unreachable'
  }
}

/** The newest page with the earlier ones that are shown too. */
async function withEarlier(data: ConsoleData, headers: Record<string, string>): Promise<ConsoleData> {
  for (let page = 1; page < pages && data.more; page++) {
    const last = data.orders.at(-1)
    if (!last) break
    const earlier = await getJson<ConsoleData>(`/v1/console?before=${last.order_id}`, headers)
    data = { ...data, more: earlier.more, orders: [...data.orders, ...earlier.orders] }
  }
  return data
}
