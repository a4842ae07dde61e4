// Mints of Cashu beside our bank: its two implementations, each with a lightning backend that only pretends, and a
// wallet of Cashu's own (cashu_wallet.py) before both.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { attempt, environment, which } from '../../scripts/lib/command.mjs'
import { at, toolsFolder } from '../../scripts/lib/paths.mjs'
import { step } from '../../scripts/lib/say.mjs'
import { processorMsOf } from './processor.mjs'

const PACKAGES = ['cashu==0.20.2', 'marshmallow<4', 'limits<4']
const CDK = '0.18.3'
const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
const python = join(toolsFolder, 'cashu/bin/python')
const cdk = join(toolsFolder, 'bin/cdk-mintd')

/** Resolves to { mints, missing }: contestants for `inTurn`, and a sentence for each that cannot be had. */
export async function startMints() {
  const missing = []
  const mints = []
  const wallet = await have(python, 'Fetching Cashu’s nutshell from PyPI, once', fetchNutshell)
  if (!wallet)
    return { mints, missing: ['Cashu’s nutshell cannot be had from PyPI here, and it is the wallet before both mints: no mint beside.'] }
  mints.push(await mint('nutshell, Cashu’s mint in Python', nutshell))
  if (await have(cdk, 'Building cdk-mintd, once', fetchCdk)) mints.push(await mint('cdk-mintd, Cashu’s mint in Rust', cdkMint))
  else missing.push('cdk-mintd cannot be built here (it needs crates.io): no row of it.')
  return { mints, missing }
}

async function have(program, title, bring) {
  if (!existsSync(program)) await step(title, bring)
  return existsSync(program)
}

async function fetchNutshell() {
  const own = which('python3')
  if (!own) return
  await attempt(own, ['-m', 'venv', join(toolsFolder, 'cashu')])
  await attempt(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES])
}

async function fetchCdk() {
  // Its build wants protoc, which comes with nutshell.
  const protoc = join(toolsFolder, 'cashu/bin/protoc')
  writeFileSync(protoc, `#!/bin/sh\nexec ${python} -m grpc_tools.protoc "$@"\n`, { mode: 0o755 })
  const features = ['--no-default-features', '--features', 'fakewallet,sqlite']
  const args = ['install', 'cdk-mintd', '--version', CDK, '--locked', ...features, '--root', toolsFolder]
  await attempt('cargo', args, { env: { PROTOC: protoc, CARGO_TARGET_DIR: join(toolsFolder, 'cdk-target') } })
}

/** @typedef {{ program: string, args: string[], env: Record<string, string> }} Program */

/** How nutshell's mint is started. @returns {Promise<Program>} */
async function nutshell(folder, port) {
  const env = {
    MINT_BACKEND_BOLT11_SAT: 'FakeWallet',
    MINT_PRIVATE_KEY: 'the benchmark',
    MINT_DATABASE: join(folder, 'mint'),
    MINT_LISTEN_PORT: String(port),
    MINT_RATE_LIMIT: 'FALSE',
    MINT_INPUT_FEE_PPK: '0',
    LIGHTNING_RESERVE_FEE_MIN: '0',
    LIGHTNING_FEE_PERCENT: '0',
    FAKEWALLET_BRR: 'TRUE',
    FAKEWALLET_DELAY_INCOMING_PAYMENT: '0',
    FAKEWALLET_DELAY_OUTGOING_PAYMENT: '0',
    LOG_LEVEL: 'ERROR',
    TOR: 'FALSE',
    HOME: folder,
  }
  return { program: join(toolsFolder, 'cashu/bin/mint'), args: [], env }
}

/** How cdk-mintd is started. @returns {Promise<Program>} */
async function cdkMint(folder, port) {
  const home = join(folder, 'mint')
  mkdirSync(home)
  writeFileSync(join(folder, 'words'), WORDS, { mode: 0o600 })
  const config = `[info]
url = "http://127.0.0.1:${port}/"
listen_host = "127.0.0.1"
listen_port = ${port}
mnemonic = "file:${join(folder, 'words')}"
[info.logging]
output = "stderr"
console_level = "error"
[database]
engine = "sqlite"
[payment_backend]
backend = "fakewallet"
[fake_wallet]
supported_units = ["sat"]
fee_percent = 0.0
reserve_fee_min = 0
min_delay_time = 0
max_delay_time = 0
`
  writeFileSync(join(folder, 'config.toml'), config)
  await attempt(cdk, ['--work-dir', home, 'config', 'init', '--new-mint', '--file', join(folder, 'config.toml')])
  return { program: cdk, args: ['--work-dir', home], env: {} }
}

let nextPort = 3338

/** What a mint does for a payment between people is the same whenever it hears of it: a swap. */
const SWAPS = ['transfer', 'reconciliation', 'batch']

/** Starts a mint and a wallet before it. */
async function mint(name, how) {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-mint-'))
  const port = nextPort++
  const url = `http://127.0.0.1:${port}`
  const { program, args, env } = await how(folder, port)
  const server = spawn(program, args, { env: environment(env), cwd: folder, stdio: 'ignore' })
  await answers(`${url}/v1/info`, name)
  const holder = spawn(python, [at('tests/bench/cashu_wallet.py'), url, join(folder, 'wallet')], {
    env: environment({ HOME: folder }),
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const lines = createInterface({ input: holder.stdout })[Symbol.asyncIterator]()
  const heard = async () => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`The wallet before ${name} ended.`)
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }
  await heard()
  return {
    name,
    async move(kind, count) {
      const what = SWAPS.includes(kind) ? 'transfer' : kind
      holder.stdin.write(`${JSON.stringify({ what, count })}\n`)
      return (await heard()).ms
    },
    processorMs: () => processorMsOf(server.pid),
    async close() {
      holder.kill()
      server.kill()
      await new Promise(resolve => setTimeout(resolve, 500))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

async function answers(url, name) {
  for (let tries = 0; tries < 240; tries++) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await new Promise(resolve => setTimeout(resolve, 250))
  }
  throw new Error(`${name} did not come up.`)
}
