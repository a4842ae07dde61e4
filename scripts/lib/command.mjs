// Starts other programs, and sees to it that none outlives us.
import { AsyncLocalStorage } from 'node:async_hooks'
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root, toolsFolder } from './paths.mjs'
import { NoNetwork, Stop, write } from './say.mjs'

const running = new Set()
const killAll = () => running.forEach(child => child.kill())
/** @type {AsyncLocalStorage<Set<import('node:child_process').ChildProcess>[]>} */
const siblings = new AsyncLocalStorage()
process.on('exit', killAll)
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    killAll()
    // Whoever listens too, such as npm start with its parties up, ends the process itself.
    if (process.listenerCount(signal) === 1) process.exit(130)
  })
}

/** The environment for programs: our own tools first, no telemetry, no colour in captured output. */
export function environment(extra = {}) {
  const path = [join(toolsFolder, 'bin'), ...nodeFolder(), process.env.PATH ?? ''].join(delimiter)
  return {
    ...process.env,
    PATH: path,
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    RUST_BACKTRACE: '0',
    ...extra,
  }
}

/** Programs that we start run under the same Node as we do. */
function nodeFolder() {
  return process.execPath.endsWith('/node') ? [join(process.execPath, '..')] : []
}

/** The path of a program in our tools or on PATH, or undefined. */
export function which(name) {
  for (const folder of environment().PATH.split(delimiter)) {
    const candidate = join(folder, name)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // not in this folder
    }
  }
  return undefined
}

/**
 * Runs a program to its end. Resolves to { code, output } (both streams together); with
 * `show`, output also appears as it comes. Never rejects.
 *
 * @typedef {{ env?: Record<string, string | undefined>, cwd?: string, show?: boolean, input?: string | Buffer }} RunOptions
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function attempt(program, args, { env = {}, cwd = root, show = false, input } = {}) {
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd, env: environment(env), stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
    const among = [running, ...(siblings.getStore() ?? [])]
    among.forEach(children => children.add(child))
    let output = ''
    const take = stream => data => {
      output += data
      if (show) write(data, stream)
    }
    child.stdout.on('data', take(process.stdout))
    child.stderr.on('data', take(process.stderr))
    child.stdin?.end(input)
    const end = code => {
      among.forEach(children => children.delete(child))
      resolve({ code, output })
    }
    child.on('error', error => {
      output += error.message
      end(127)
    })
    child.on('close', code => end(code ?? 1))
  })
}

/**
 * Does these things side by side. If one fails, the programs of the others are ended, and it is what
 * is thrown.
 */
export async function sideBySide(...works) {
  /** @type {{ error: unknown } | undefined} */
  let failure
  const started = new Set()
  const within = [started, ...(siblings.getStore() ?? [])]
  const outcomes = await Promise.allSettled(
    works.map(async work => {
      try {
        return await siblings.run(within, work)
      } catch (error) {
        failure ??= { error }
        started.forEach(child => child.kill())
        throw error
      }
    }),
  )
  if (failure) throw failure.error
  return outcomes.map(outcome => outcome.status === 'fulfilled' && outcome.value)
}

/**
 * Runs a program to its end and returns its output; if it fails, stops with `sentence`.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {string} sentence
 * @param {RunOptions & { offline?: string }} [options] `offline`: what could not be done without a network
 */
export async function must(program, args, sentence, options = {}) {
  const { code, output } = await attempt(program, args, options)
  if (code === 0) return output
  if (isOffline(output))
    throw new NoNetwork(
      `There is no network: ${options.offline ?? `${program} could not reach its registry`}.`,
      options.show ? '' : tail(output),
    )
  throw new Stop(sentence, options.show ? '' : tail(output))
}

/** Whether a program's output says that no network was there. */
export function isOffline(output) {
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|[Cc]ould not resolve|[Cc]ouldn't resolve|Temporary failure resolving|dns error|failed to download from|spurious network error|Connection refused|error sending request|Could not connect/.test(
    output,
  )
}

const tail = output => output.split('\n').slice(-60).join('\n')
