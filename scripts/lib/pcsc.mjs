// Standard smart-card tools, brought from Debian into .tools, and a pcscd of our own with a virtual reader in
// it: in a mount namespace with a /run of its own, and no drivers, so it meets neither the machine's pcscd nor
// its readers. tests/virtual-card is the card.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt, environment, which } from './command.mjs'
import { isDebian, unpackFromDebian, unpackedEnvironment, unpackedLibrary } from './debian.mjs'
import { toolsFolder } from './paths.mjs'
import { Stop, step } from './say.mjs'
import { buildVirtualCard } from './virtual-card.mjs'

const folder = join(toolsFolder, 'card-tools')
const PACKAGES = ['pcscd', 'libpcsclite1', 'vsmartcard-vpcd', 'opensc', 'opensc-pkcs11', 'yubico-piv-tool']
const PCSCD = join(folder, 'usr/sbin/pcscd')
const DRIVER = join(folder, 'usr/lib/pcsc/drivers/serial/libifdvpcd.so')
const NAMESPACE = ['--mount', '--propagation', 'private']
/** What the reader is called. */
export const READER = 'Tallystick'

/** Why standard tools cannot be run here, as a sentence; or undefined. Brings them where they are missing. */
export async function whyNoCardTools() {
  if (process.platform !== 'linux' || !isDebian()) return 'Standard card tools are brought from Debian, and this is not Debian.'
  for (const tool of ['unshare', 'openssl']) if (!which(tool)) return `The standard card tools' test needs ${tool}.`
  if (!(await namespace()))
    return "A pcscd beside the machine's own needs a mount namespace, and this machine gives none (neither root nor user namespaces)."
  if (!existsSync(PCSCD))
    await step('Fetching pcscd, OpenSC and yubico-piv-tool from Debian into .tools', () => unpackFromDebian(PACKAGES, folder))
  if (!existsSync(PCSCD)) return 'pcscd could not be fetched from Debian.'
  return undefined
}

/** How unshare makes a namespace in which we may mount; or undefined. */
async function namespace() {
  for (const args of [NAMESPACE, ['--user', '--map-root-user', ...NAMESPACE]]) {
    const { code } = await attempt('unshare', [...args, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
    if (code === 0) return args
  }
  return undefined
}

/** A pcscd with one virtual reader, and a card from the factory in it. Only where `whyNoCardTools` finds nothing. */
export class CardReader {
  #folder = mkdtempSync(join(tmpdir(), 'tallystick-pcsc-'))
  #daemon
  #card

  static async start() {
    const reader = new CardReader()
    try {
      await reader.#start()
    } catch (error) {
      await reader.close()
      throw error
    }
    return reader
  }

  async #start() {
    const program = await buildVirtualCard()
    const port = await freePort()
    const configuration = this.path('reader.conf')
    writeFileSync(
      configuration,
      [`FRIENDLYNAME "${READER}"`, `DEVICENAME /dev/null:${port}`, `LIBPATH ${DRIVER}`, `CHANNELID ${port}`, ''].join('\n'),
    )
    mkdirSync(this.path('run'))
    const script = [
      `mount --bind '${this.path('run')}' /run`,
      // The drivers of real readers, if the machine has any.
      'if test -d /usr/lib/pcsc/drivers; then mount -t tmpfs tmpfs /usr/lib/pcsc/drivers; fi',
      `exec '${PCSCD}' --foreground --config '${configuration}'`,
    ].join(' && ')
    const env = environment(this.#environment())
    this.#daemon = spawn('unshare', [...(await namespace()), 'sh', '-c', script], { env, stdio: 'ignore' })
    await until(() => existsSync(this.path('run/pcscd/pcscd.comm')), 'pcscd did not start.')
    this.#card = spawn(program, ['vpcd', '--state', this.path('first.card'), '--port', String(port)], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await until(
      async () => /^0 +Yes/m.test((await this.tool('opensc-tool', ['--list-readers'])).output),
      'The virtual card did not get into its reader.',
    )
  }

  /** A file in the folder that goes away with the reader. */
  path(name) {
    return join(this.#folder, name)
  }

  /** PKCS #11 for pkcs11-tool. */
  get module() {
    return unpackedLibrary(folder, 'opensc-pkcs11.so')
  }

  /**
   * Runs a standard tool: { code, output }.
   *
   * @param {string} name
   * @param {string[]} args
   * @param {Pick<import('./command.mjs').RunOptions, 'input'>} [options]
   */
  tool(name, args, { input } = {}) {
    return attempt(join(folder, 'usr/bin', name), args, { env: this.#environment(), input, cwd: this.#folder })
  }

  /** Sends APDUs (hexadecimal) to the card by opensc-tool, in one session; resolves to [{ data, status }]. */
  async send(...apdus) {
    const args = ['--reader', '0', '--card-driver', 'default', ...apdus.flatMap(apdu => ['--send-apdu', apdu])]
    const { code, output } = await this.tool('opensc-tool', args)
    if (code !== 0) throw new Stop('opensc-tool could not send APDUs.', output)
    return output
      .split(/^Sending:.*$/m)
      .slice(1)
      .map(answer => {
        const [, first, second] = answer.match(/SW1=0x(..), SW2=0x(..)/)
        // Sixteen bytes a line, followed by the same as text.
        const lines = answer
          .split('\n')
          .slice(2)
          .map(line => line.match(/^((?:[0-9A-F]{2} ){1,16})/)?.[1] ?? '')
        return { data: Buffer.from(lines.join('').replaceAll(' ', ''), 'hex'), status: `${first}${second}`.toLowerCase() }
      })
  }

  #environment() {
    return {
      ...unpackedEnvironment(folder),
      PCSCLITE_CSOCK_NAME: this.path('run/pcscd/pcscd.comm'),
      XDG_CACHE_HOME: this.path('cache'),
      OPENSC_CONF: this.path('none'),
    }
  }

  /** Ends card and pcscd. */
  async close() {
    for (const child of [this.#card, this.#daemon]) {
      if (!child || child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise(resolve => child.once('close', resolve))
      child.kill()
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function until(condition, sentence) {
  const since = Date.now()
  while (!(await condition())) {
    if (Date.now() - since > 30_000) throw new Stop(sentence)
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

/** A TCP port that is free now, and its neighbour too: vpcd opens two slots. */
async function freePort() {
  for (;;) {
    const port = await listen(0)
    if (port < 65_000 && (await listen(port + 1).catch(() => 0))) return port
  }
}

function listen(port) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address())
      server.close(() => resolve(taken))
    })
  })
}
