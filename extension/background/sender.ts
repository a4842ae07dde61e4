// Who sent a message. Only what the browser itself says about the sender counts.

export interface House {
  /** chrome.runtime.id */
  extensionId: string
  /** The origin of its own pages; Firefox does not make it from the identifier. */
  origin: string
  /** Whether http://*.localhost pages may ask: the development build only. */
  allowLocalhost: boolean
}

export type PageSender = { origin: string } | { refused: string }

/** The origin of the web page behind a message, or why it may not ask for anything. */
export function pageSender(sender: chrome.runtime.MessageSender, house: House): PageSender {
  if (sender.id !== house.extensionId) return { refused: 'Another extension cannot ask this wallet for anything.' }
  if (!sender.tab || sender.frameId !== 0) {
    return { refused: 'A page inside a frame cannot ask this wallet for anything.' }
  }
  if (sender.documentLifecycle && sender.documentLifecycle !== 'active') {
    return { refused: 'A page that is not being looked at cannot ask this wallet for anything.' }
  }
  const origin = sender.origin
  if (!origin || origin === 'null') {
    return { refused: 'A page without an origin of its own cannot ask this wallet for anything.' }
  }
  if (!isSecure(origin, house.allowLocalhost)) {
    return { refused: 'Only pages over https can ask this wallet for anything.' }
  }
  return { origin }
}

/** Whether a message or port comes from one of the extension's own pages. */
export function isOwnPage(sender: chrome.runtime.MessageSender | undefined, house: House): boolean {
  return (
    sender?.id === house.extensionId &&
    sender.origin === house.origin &&
    (sender.url ?? '').startsWith(`${house.origin}/pages/`) &&
    (sender.frameId ?? 0) === 0
  )
}

function isSecure(origin: string, allowLocalhost: boolean): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname } = new URL(origin)
  if (protocol === 'https:') return true
  return allowLocalhost && protocol === 'http:' && hostname.endsWith('.localhost')
}
