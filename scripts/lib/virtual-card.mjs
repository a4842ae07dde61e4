// The virtual card (tests/virtual-card): a program that is a card, behind a software USB device that
// Chromium's own WebHID stack sees. Both live in a mount namespace of their own, whose /sys names the device.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { browserEnvironment, findBrowser } from './browser.mjs'
import { attempt, environment, which } from './command.mjs'
import { nativeProgram } from './native.mjs'

/** As tests/virtual-card/src/hid/sysfs.rs describes the device to Chromium. */
export const DEVICE = { name: 'Tallystick Virtual Reader', 'vendor-id': 0x2c97, 'product-id': 0x1011, 'serial-number': '0001' }

/** Why there can be no software USB device on this machine, as a sentence; or undefined. */
export async function whyNoDevice() {
  if (process.platform !== 'linux') return 'A software USB device can be made on Linux only.'
  if (process.getuid() !== 0) return 'A software USB device needs root, for a mount namespace with a /sys of its own.'
  for (const tool of ['unshare', 'nsenter']) if (!which(tool)) return `A software USB device needs ${tool}, of util-linux.`
  const { code } = await attempt('unshare', [
    '--mount',
    '--propagation',
    'private',
    'mount',
    '-t',
    'tmpfs',
    'tmpfs',
    '/sys/devices/virtual/mem',
  ])
  return code === 0
    ? undefined
    : 'A software USB device needs a /sys of its own, and this machine lets nobody mount one (a container without CAP_SYS_ADMIN).'
}

/** Builds the program; resolves to its path. */
export const buildVirtualCard = () => nativeProgram('tallystick-virtual-card', 'the virtual card')

/** How long something that has the card pulled may take, in milliseconds. */
const PULLED_MS = 60_000

/** A card in a software USB device, and a Chromium that can see it. */
export class VirtualCard {
  #program
  #folder
  #answers = []
  #pulled = []

  /** Makes the device and puts a card from the factory in. Only where `whyNoDevice` finds nothing. */
  static async start() {
    const program = await buildVirtualCard()
    const folder = mkdtempSync(join(tmpdir(), 'tallystick-card-'))
    const card = new VirtualCard(program, folder)
    await card.#answer()
    await card.#writeBrowser()
    return card
  }

  constructor(program, folder) {
    this.#folder = folder
    const args = ['--mount', '--propagation', 'private', program, 'hid', '--state', this.file()]
    this.#program = spawn('unshare', args, { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#program.stdout }).on('line', line => this.#hear(line))
    this.#program.on('close', () => this.#answers.splice(0).forEach(({ reject }) => reject(new Error('The virtual card ended.'))))
  }

  /** The path of a Chromium that sees the device. */
  get browser() {
    return join(this.#folder, 'chromium')
  }

  /** The file of a card, by name. */
  file(name = 'first') {
    return join(this.#folder, `${name}.card`)
  }

  /** How to start a browser in which this extension may use the device, as if it had been chosen in the browser's chooser. */
  browserOptions(extension) {
    const chosen = { last_modified: '13400000000000000', setting: { 'chosen-objects': [DEVICE] } }
    const exceptions = { hid_chooser_data: { [`chrome-extension://${extensionId(extension)},*`]: chosen } }
    return { browser: this.browser, preferences: { profile: { content_settings: { exceptions } } } }
  }

  /** Takes the card out, and its device with it. */
  pull() {
    return this.#tell('pull')
  }

  /** Puts the card back, or another one: `name` is that of its file. */
  insert(name) {
    return this.#tell(name ? `insert ${this.file(name)}` : 'insert')
  }

  /** Takes the card out when the given command comes: a count from now on, or an instruction such as 'ins=87'. */
  pullBefore(command) {
    return this.#tell(`pull-before ${command}`)
  }

  /** Takes the card out when the given command was executed, before it is answered. */
  pullAfter(command) {
    return this.#tell(`pull-after ${command}`)
  }

  /** Resolves when a card has gone by an instruction given earlier; fails when what would have it go is not said in a minute. */
  pulled() {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('The virtual card was not pulled.')), PULLED_MS)
      this.#pulled.push(() => {
        clearTimeout(late)
        resolve()
      })
    })
  }

  /** Lets nobody open the device, as another program does that has it for itself. */
  hold() {
    return this.#tell('hold')
  }

  /** Lets it be opened again. */
  release() {
    return this.#tell('release')
  }

  /** Answers each command so many milliseconds later. */
  delay(milliseconds) {
    return this.#tell(`delay ${milliseconds}`)
  }

  /** What went over the line so far: { commands, command_bytes, response_bytes, frames }. */
  async counters() {
    const said = await this.#tell('counters')
    return Object.fromEntries(
      said
        .split(' ')
        .map(pair => pair.split('='))
        .map(([name, count]) => [name, Number(count)]),
    )
  }

  /** Ends the program and forgets its cards. */
  async close() {
    const ended = new Promise(resolve => this.#program.once('close', resolve))
    this.#program.stdin.end()
    if (this.#program.exitCode === null) await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #tell(line) {
    this.#program.stdin.write(`${line}\n`)
    return this.#answer()
  }

  #answer() {
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }))
  }

  #hear(line) {
    if (line === 'pulled') return this.#pulled.splice(0).forEach(resolve => resolve())
    const [, word, rest] = line.match(/^(\w+) ?(.*)$/)
    const { resolve, reject } = this.#answers.shift()
    if (word === 'error') reject(new Error(`The virtual card: ${rest}`))
    else resolve(rest)
  }

  async #writeBrowser() {
    const chromium = await findBrowser()
    const settings = Object.entries({ ...browserEnvironment(chromium), SYSTEMD_DEVICE_VERIFY_SYSFS: '0' }).map(
      ([name, value]) => `${name}='${value}'`,
    )
    writeFileSync(
      this.browser,
      [
        '#!/bin/sh',
        '# Without exec: Chromium must not lead the session, or the terminal in the place of the device',
        '# would become its own, and end it on hanging up.',
        `${settings.join(' ')} nsenter --target ${this.#program.pid} --mount -- '${chromium}' "$@"`,
        'exit $?',
        '',
      ].join('\n'),
      { mode: 0o755 },
    )
  }
}

/** The identifier that Chromium gives an extension, from the public key in its manifest. */
function extensionId(extension) {
  const { key } = JSON.parse(readFileSync(join(extension, 'manifest.json'), 'utf8'))
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32)
  return [...digest].map(digit => 'abcdefghijklmnop'[parseInt(digit, 16)]).join('')
}
