// The little of chrome.* that pages use, answering from a scene.

import type { OwnCall, Push } from '../messages'
import type { Scene } from './scenes'

export function installChromeDouble(scene: Scene): void {
  const ignore = { addListener: () => undefined }
  const runtime = {
    id: 'preview',
    getURL: (path: string) => path,
    connect: () => ({
      onMessage: {
        addListener: (listen: (push: Push) => void) => {
          if (scene.view) setTimeout(listen, 0, { type: 'view', view: scene.view })
          if (scene.problem) setTimeout(listen, 0, { type: 'problem', problem: scene.problem })
        },
      },
      onDisconnect: ignore,
    }),
    sendMessage: async (call: OwnCall) => {
      if (call.method === 'open_ask') return { ok: true, value: scene.ask ?? null }
      const answer = scene.answers?.[call.method]
      if (answer instanceof Object && 'kind' in answer) return { ok: false, error: answer }
      return { ok: true, value: answer ?? null }
    },
  }
  const windows = { getCurrent: async () => ({ id: 1 }) }
  const extension = { getViews: () => (scene.popup ? [window] : []) }
  Object.assign(globalThis, { chrome: { runtime, windows, extension } })
}
