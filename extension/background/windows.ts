// Opens the extension's own windows and tabs.

import type { PageTold } from '../shared/messages'

/** Where an approval window's content goes, in CSS pixels (the frame comes on top). */
const APPROVE_WIDTH = 460
const APPROVE_HEIGHT = 720

/**
 * Opens the approval window for an ask, beside the window `openerId` that asked; unless `focused`, what the holder is doing keeps
 * the keyboard. Resolves to its number; where it is open already, to that one's.
 */
export async function openApproveWindow(askId: string, openerId: number | undefined, focused: boolean): Promise<number | undefined> {
  const there = await approveWindowOf(askId)
  if (there !== undefined) {
    if (focused) await focusWindow(there)
    return there
  }
  const wanted: chrome.windows.CreateData = {
    url: pageUrl('approve', askId),
    type: 'popup',
    width: APPROVE_WIDTH,
    height: APPROVE_HEIGHT,
    focused,
  }
  const place = await placeBeside(openerId)
  // Chromium refuses a place that is mostly off the screen; then it chooses one itself.
  const opened = await chrome.windows.create({ ...wanted, ...place }).catch(() => chrome.windows.create(wanted))
  await fitToZoom(opened, openerId)
  return opened?.id
}

/** Whoever magnifies pages gets a larger window, as large at most as the one that asked: text that is twice as large wants twice the room. */
async function fitToZoom(opened: chrome.windows.Window | undefined, openerId: number | undefined): Promise<void> {
  const tab = opened?.tabs?.[0]?.id
  if (opened?.id === undefined || tab === undefined || openerId === undefined) return
  const [zoom, opener] = await Promise.all([chrome.tabs.getZoom(tab).catch(() => 1), chrome.windows.get(openerId).catch(() => undefined)])
  if (zoom <= 1 || !opener?.width || !opener.height) return
  const width = Math.min(Math.round(APPROVE_WIDTH * zoom), opener.width)
  const height = Math.min(Math.round(APPROVE_HEIGHT * zoom), opener.height)
  const left = Math.max(0, (opener.left ?? 0) + opener.width - width)
  await chrome.windows.update(opened.id, { left, top: opener.top ?? 0, width, height }).catch(() => undefined)
}

/** The window in which the approval of an ask is shown, whether or not that was noted. */
export const approveWindowOf = async (askId: string): Promise<number | undefined> => (await shownAt(pageUrl('approve', askId)))?.windowId

/** Opens onboarding in a tab, or brings the one to the front in which it is open for this ask. */
export const openOnboarding = (askId: string): Promise<number | undefined> => openTab(pageUrl('onboarding', askId))

/** Opens the page of coupons, in a tab, with what a web page handed over, or brings the one to the front that shows it. */
export const openCoupons = (askId: string): Promise<number | undefined> => openTab(couponsUrl(askId))

/** Whether a tab shows what a web page handed over. */
export const showsCoupon = async (askId: string): Promise<boolean> => (await shownAt(couponsUrl(askId))) !== undefined

async function openTab(url: string): Promise<number | undefined> {
  const there = await shownAt(url)
  if (there && (await focusTab(there.tabId))) return there.tabId
  return (await chrome.tabs.create({ url, active: true })).id
}

/**
 * Where a page of the wallet is open. What was noted of it does not say: the service worker may have died between opening it
 * and noting that, and whoever asked then asks again.
 */
async function shownAt(url: string): Promise<{ windowId: number; tabId: number } | undefined> {
  const contexts = await chrome.runtime.getContexts({ contextTypes: [chrome.runtime.ContextType.TAB] })
  return contexts.find(({ documentUrl }) => documentUrl === url)
}

/** Brings a window to the front; false when it is gone. */
export async function focusWindow(id: number | undefined): Promise<boolean> {
  if (id === undefined) return false
  return chrome.windows.update(id, { focused: true }).then(
    () => true,
    () => false,
  )
}

/** Whether a window is still there. */
export async function exists(id: number | undefined): Promise<boolean> {
  return (
    id !== undefined &&
    chrome.windows.get(id).then(
      () => true,
      () => false,
    )
  )
}

/** Brings a tab to the front; false when it is gone. */
export async function focusTab(id: number | undefined): Promise<boolean> {
  if (id === undefined) return false
  return chrome.tabs.update(id, { active: true }).then(
    () => true,
    () => false,
  )
}

/** Tells the content script of a page something; false when nobody is there. */
export async function tellPage(tabId: number | undefined, told: PageTold): Promise<boolean> {
  if (tabId === undefined) return false
  return chrome.tabs.sendMessage<PageTold>(tabId, told, { frameId: 0 }).then(
    () => true,
    () => false,
  )
}

export async function closeWindow(id: number | undefined): Promise<void> {
  if (id !== undefined) await chrome.windows.remove(id).catch(() => undefined)
}

const couponsUrl = (askId: string): string => chrome.runtime.getURL(`pages/coupons.html#take/${encodeURIComponent(askId)}`)

function pageUrl(page: 'approve' | 'onboarding', askId: string): string {
  return chrome.runtime.getURL(`pages/${page}.html?ask=${encodeURIComponent(askId)}`)
}

/** Top right of the window that asked, so that the shop stays readable beside it. */
async function placeBeside(openerId: number | undefined): Promise<{ left?: number; top?: number }> {
  if (openerId === undefined) return {}
  const opener = await chrome.windows.get(openerId).catch(() => undefined)
  if (opener?.left === undefined || opener.top === undefined || !opener.width) return {}
  const left = opener.left + opener.width - APPROVE_WIDTH - 24
  return { left: Math.max(0, left), top: Math.max(0, opener.top + 64) }
}
