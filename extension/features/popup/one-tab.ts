// Where links of the popup and of the side panel lead: into a tab, and into the one that is already open at that page.

/** A click on a link to one of the wallet's pages. */
export function inOneTab(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0
  if (!link || !plain || link.origin !== location.origin) return
  event.preventDefault()
  void show(link.href)
}

async function show(address: string): Promise<void> {
  const open = await tabAt(address)
  if (open) {
    await chrome.tabs.update(open.tabId, { url: address, active: true })
    await chrome.windows.update(open.windowId, { focused: true })
  } else {
    await chrome.tabs.create({ url: address })
  }
  // A popup closes by itself once a tab has come to the front; the side panel stays.
  if (chrome.extension.getViews({ type: 'popup' }).includes(window)) window.close()
}

/** The tab that shows this page now, whatever of it. Firefox does not tell which there are. */
async function tabAt(address: string): Promise<{ tabId: number; windowId: number } | undefined> {
  if (!('getContexts' in chrome.runtime)) return undefined
  const tabs = await chrome.runtime.getContexts({ contextTypes: [chrome.runtime.ContextType.TAB] })
  return tabs.find(({ documentUrl = '' }) => pageOf(documentUrl) === pageOf(address))
}

const pageOf = (address: string): string => address.split(/[?#]/)[0] ?? ''
