// The approval window that waited for a card, as the wallet's other pages find it.

/** The number of the window in which an approval is open, if one is. */
export async function approvalWindow(): Promise<number | undefined> {
  const contexts = await chrome.runtime.getContexts({ contextTypes: [chrome.runtime.ContextType.TAB] })
  const page = chrome.runtime.getURL('pages/approve.html')
  return contexts.find(({ documentUrl }) => documentUrl?.startsWith(page))?.windowId
}

/** Brings a window to the front. */
export async function raise(id: number | undefined): Promise<void> {
  if (id !== undefined) await chrome.windows.update(id, { focused: true }).catch(() => undefined)
}
