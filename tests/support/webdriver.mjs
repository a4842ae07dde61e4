// Firefox through geckodriver, in the words of WebDriver (https://www.w3.org/TR/webdriver2/): as much of it
// as a person needs who looks for things by what they are called.
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { environment } from '../../scripts/lib/command.mjs'

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
/** What is on its way: not there yet, there but moved or replaced meanwhile. */
const NOT_YET = new Set([
  'no such element',
  'stale element reference',
  'element not interactable',
  'element click intercepted',
  'invalid element state',
  'no such window',
])
const PATIENCE_MS = 30_000
const LOOK_EVERY_MS = 100

/** What may have a role; whether it has is for the browser to say. */
const CANDIDATES = { button: 'button', link: 'a[href]', heading: 'h1, h2, h3', spinbutton: 'input' }

/** A popup is no window that WebDriver knows: Firefox itself is asked what is in it. */
const READ_POPUP = `
  const windows = [...Services.wm.getEnumerator('navigator:browser')]
  const popup = windows.map(({ document }) => document.querySelector('.webextension-popup-browser')).find(Boolean)
  return popup && new Promise(resolve => {
    const { messageManager } = popup
    messageManager.addMessageListener('text', function take({ data }) {
      messageManager.removeMessageListener('text', take)
      resolve({ text: data, width: popup.clientWidth })
    })
    // While it opens its page changes places, and an answer may be lost.
    windows[0].setTimeout(resolve, 500, null)
    messageManager.loadFrameScript('data:,sendAsyncMessage("text", content.document.body.innerText)', false)
  })`

class Refused extends Error {
  constructor({ error, message }, what) {
    super(`${what}: ${error}: ${message}`)
    this.error = error
  }
}

/** A headless Firefox with a profile of its own, which it forgets. */
export class Firefox {
  #driver
  #address
  #session
  #first

  /** `browser`, `driver` and `env` as findFirefox gives them; pages are told that their reader reads English. */
  static async start({ browser, driver, env }) {
    const firefox = new Firefox()
    try {
      await firefox.#start(driver, env)
      await firefox.#open(browser)
    } catch (error) {
      await firefox.close()
      throw error
    }
    return firefox
  }

  /** Any free ports: geckodriver says which it took. */
  async #start(driver, env) {
    this.#driver = spawn(driver, ['--port', '0', '--websocket-port', '0', '--allow-system-access'], {
      env: environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // It takes Firefox with it; a run that breaks off leaves neither behind.
    process.once('exit', () => this.#driver.kill())
    this.#address = await new Promise((resolve, reject) => {
      let said = ''
      this.#driver.stdout.on('data', data => {
        said += data
        const port = said.match(/Listening on 127\.0\.0\.1:(\d+)/)?.[1]
        if (port) resolve(`http://127.0.0.1:${port}`)
      })
      // Firefox complains of what a machine without a display has not; read, so that it does not wait.
      this.#driver.stderr.on('data', data => (said += data))
      this.#driver.on('error', reject)
      this.#driver.on('exit', code => reject(new Error(`geckodriver ended with ${code}: ${said}`)))
    })
  }

  async #open(binary) {
    const options = { binary, args: ['-headless'], prefs: { 'intl.accept_languages': 'en-US, en' } }
    const { sessionId } = await this.#say('POST', '/session', { capabilities: { alwaysMatch: { 'moz:firefoxOptions': options } } })
    this.#session = `/session/${sessionId}`
    this.#first = await this.ask('GET', '/window')
  }

  async close() {
    if (this.#session) await this.ask('DELETE', '').catch(() => undefined)
    this.#driver.kill()
  }

  /** A command of the session. */
  ask(method, path, body) {
    return this.#say(method, `${this.#session}${path}`, body)
  }

  async #say(method, path, body) {
    const answer = await fetch(`${this.#address}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    const { value } = await answer.json()
    if (!answer.ok) throw new Refused(value, `${method} ${path}`)
    return value
  }

  /** Installs an extension from a folder until Firefox ends, as about:debugging does. */
  install(folder) {
    return this.ask('POST', '/moz/addon/install', { path: folder, temporary: true })
  }

  /** Puts an extension's background page to sleep, as Firefox does after half a minute without work; what it still does is lost. */
  async stopBackground(id) {
    const state = await this.#inBrowser(
      `const { extension } = WebExtensionPolicy.getByID(arguments[0])
      return extension.terminateBackground({ disableResetIdleForTest: true }).then(() => extension.backgroundState)`,
      id,
    )
    if (state !== 'stopped') throw new Error(`The background page is ${state}.`)
  }

  /** Works offline, as the entry of Firefox's menu says. */
  goOffline() {
    return this.#inBrowser('Services.io.manageOfflineStatus = false; Services.io.offline = true')
  }

  /** Presses an extension's button in the toolbar. */
  openPopup(id) {
    return this.#inBrowser(
      `const { ExtensionParent } = ChromeUtils.importESModule('resource://gre/modules/ExtensionParent.sys.mjs')
      const window = Services.wm.getMostRecentWindow('navigator:browser')
      const { extension } = WebExtensionPolicy.getByID(arguments[0])
      return ExtensionParent.apiManager.global.browserActionFor(extension).openPopup(window, true)`,
      id,
    )
  }

  /** What the popup that is open shows, and how wide it is: { text, width }; or null while it opens. */
  popup() {
    return this.#inBrowser(READ_POPUP)
  }

  /** Runs a script in Firefox itself, outside of all pages. */
  async #inBrowser(script, ...args) {
    await this.ask('POST', '/moz/context', { context: 'chrome' })
    try {
      return await this.ask('POST', '/execute/sync', { script, args })
    } finally {
      await this.ask('POST', '/moz/context', { context: 'content' })
    }
  }

  /** A new tab at this address. */
  async openPage(url) {
    // Not beside what was in hand last: a window of the wallet takes no tabs.
    await this.ask('POST', '/window', { handle: this.#first })
    const { handle } = await this.ask('POST', '/window/new', { type: 'tab' })
    const page = new Page(this, handle)
    await page.goto(url)
    return page
  }

  /** The tab or window, whoever opened it, whose address has `part` in it. */
  opened(part) {
    return patiently(`a page of ${part}`, async () => {
      for (const handle of await this.ask('GET', '/window/handles')) {
        const page = new Page(this, handle)
        if ((await page.url()).includes(part)) return page
      }
      return undefined
    })
  }
}

/** A tab or window. WebDriver has one of them in hand at a time: each command takes its own first. */
class Page {
  #firefox
  #handle

  constructor(firefox, handle) {
    this.#firefox = firefox
    this.#handle = handle
  }

  async #ask(method, path, body) {
    await this.#firefox.ask('POST', '/window', { handle: this.#handle })
    return this.#firefox.ask(method, path, body)
  }

  goto(url) {
    return this.#ask('POST', '/url', { url })
  }

  url() {
    return this.#ask('GET', '/url')
  }

  /** Presses what has this role and name, as soon as it can be pressed. */
  press(role, name) {
    return patiently(`the ${role} ${name}`, async () => {
      const element = await this.#find(CANDIDATES[role], role, name)
      if (!element || !(await this.#ask('GET', `/element/${element}/enabled`))) return false
      await this.#ask('POST', `/element/${element}/click`, {})
      return true
    })
  }

  /** Types into the field of this name, over what is in it. */
  type(name, text) {
    return patiently(`a field ${name} that takes what is typed`, async () => {
      const element = await this.#find('input, textarea', undefined, name)
      if (!element || (await this.#ask('GET', `/element/${element}/property/readOnly`))) return false
      await this.#ask('POST', `/element/${element}/clear`, {})
      await this.#ask('POST', `/element/${element}/value`, { text })
      return true
    })
  }

  /** Waits until the page shows this; resolves to all that it shows. */
  shows(words) {
    return patiently(`“${words}” on the page`, async () => {
      const shown = await this.#text()
      return shown.includes(words) ? shown : undefined
    })
  }

  /** Waits until the page shows something of this pattern; resolves to that. */
  showsLike(pattern) {
    return patiently(`${pattern} on the page`, async () => (await this.#text()).match(pattern)?.[0])
  }

  async #text() {
    const { [ELEMENT]: body } = await this.#ask('POST', '/element', { using: 'css selector', value: 'body' })
    return this.#ask('GET', `/element/${body}/text`)
  }

  /** The first that assistive technology is told to have this role, if one is given, and this name. */
  async #find(candidates, role, name) {
    for (const { [ELEMENT]: element } of await this.#ask('POST', '/elements', { using: 'css selector', value: candidates })) {
      const called = (await this.#ask('GET', `/element/${element}/computedlabel`)).trim()
      if (!(name instanceof RegExp ? name.test(called) : name === called)) continue
      if (!role || (await this.#ask('GET', `/element/${element}/computedrole`)) === role) return element
    }
    return undefined
  }
}

/** Looks again until there is something; fails with what was looked for. */
async function patiently(what, look) {
  const until = Date.now() + PATIENCE_MS
  for (let last; ;) {
    try {
      const found = await look()
      if (found) return found
    } catch (error) {
      if (!NOT_YET.has(error.error)) throw error
      last = error
    }
    if (Date.now() > until) throw new Error(`Not within ${PATIENCE_MS / 1000} s: ${what}`, { cause: last })
    await pause(LOOK_EVERY_MS)
  }
}
