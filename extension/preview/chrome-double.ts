// The little of chrome.* that pages use, answering from a scene.

import type { OwnCall } from '../shared/calls'
import type { Push } from '../shared/messages'
import type { Scene } from './scene'

export function installChromeDouble(scene: Scene): void {
  const ignore = { addListener: () => undefined }
  const runtime = {
    id: 'preview',
    getURL: (path: string) => path,
    ContextType: { TAB: 'TAB' },
    getContexts: async () => (scene.approvalOpen ? [{ documentUrl: 'pages/approve.html', windowId: 1 }] : []),
    connect: () => ({
      onMessage: {
        addListener: (listen: (push: Push) => void) => {
          if (scene.view) setTimeout(listen, 0, { type: 'view', view: scene.view })
          if (scene.homeLink) setTimeout(listen, 0, { type: 'home', link: scene.homeLink })
          if (scene.problem) setTimeout(listen, 0, { type: 'problem', problem: scene.problem })
        },
      },
      onDisconnect: ignore,
    }),
    sendMessage: async (call: OwnCall) => {
      if (call.method === 'open_ask') return { ok: true, value: scene.ask ?? null }
      const said = scene.answers?.[call.method]
      const answer: unknown = typeof said === 'function' ? await said() : said
      if (answer instanceof Object && 'kind' in answer && 'details' in answer) return { ok: false, error: answer }
      return { ok: true, value: answer ?? null }
    },
  }
  const storage = { session: { onChanged: { addListener: () => undefined, removeListener: () => undefined } } }
  const windows = { getCurrent: async () => ({ id: 1 }) }
  const extension = { getViews: () => (scene.popup ? [window] : []) }
  const chooser = scene.devices === false ? undefined : Object.assign(new EventTarget(), { requestDevice: async () => [] })
  for (const bus of ['hid', 'usb']) Object.defineProperty(navigator, bus, { value: chooser })
  const sidePanel = {}
  const permissions = { request: async () => true }
  Object.assign(globalThis, { chrome: { runtime, storage, windows, extension, sidePanel, permissions } })
}
