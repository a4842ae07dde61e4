// The open pages of the extension: each gets the last view at once and every view after it.

import type { Push } from '../shared/messages'
import type { HomeConnection } from './home-connection'
import { problemOf } from './problems'
import type { WalletHost } from './wallet-host'

export class Ports {
  #host: WalletHost
  #home: HomeConnection
  #ports = new Set<chrome.runtime.Port>()

  constructor(host: WalletHost, home: HomeConnection) {
    this.#host = host
    this.#home = home
    host.listen(view => this.#pushAll({ type: 'view', view }))
    host.listenForTrouble(problem => this.#pushAll({ type: 'trouble', problem }))
    home.listen(link => this.#pushAll({ type: 'home', link }))
  }

  add(port: chrome.runtime.Port): void {
    this.#ports.add(port)
    port.onDisconnect.addListener(() => this.#ports.delete(port))
    const view = this.#host.lastView
    if (view) push(port, { type: 'view', view })
    if (this.#host.trouble) push(port, { type: 'trouble', problem: this.#host.trouble })
    push(port, { type: 'home', link: this.#home.link })
    this.#host.refresh().then(
      fresh => push(port, { type: 'view', view: fresh }),
      (error: unknown) => push(port, { type: 'problem', problem: problemOf(error) }),
    )
  }

  #pushAll(message: Push): void {
    for (const port of this.#ports) push(port, message)
  }
}

function push(port: chrome.runtime.Port, message: Push): void {
  try {
    port.postMessage(message)
  } catch {
    // The page went away between two lines; its port says so next.
  }
}
