// What the scripts tell people: progress of long steps, and one sentence when something stops them.
import { AsyncLocalStorage } from 'node:async_hooks'

/** Something that a person can put right. Its message is one whole sentence. */
export class Stop extends Error {
  /** `details` (such as a compiler's output) are printed before the sentence. */
  constructor(sentence, details = '') {
    super(sentence)
    this.details = details
  }
}

const seconds = since => `${((Date.now() - since) / 1000).toFixed(1)} s`
const live = process.stderr.isTTY && !process.env.CI

/** What was wanted is on the network, and that is out of reach. */
export class NoNetwork extends Stop {}

/** Prints one line of progress. */
export function say(line) {
  write(`${line}\n`)
}

/** @type {AsyncLocalStorage<string[]>} */
const together = new AsyncLocalStorage()

/** Prints as it is: at once, or with everything that is said in the same `inOnePiece`. */
export function write(text, stream = process.stderr) {
  const pieces = together.getStore()
  if (pieces) pieces.push(String(text))
  else stream.write(text)
}

/** What `work` says appears when it has ended: what goes on beside it says nothing in between. */
export async function inOnePiece(work) {
  const pieces = []
  try {
    return await together.run(pieces, work)
  } finally {
    write(pieces.join(''))
  }
}

const running = new Map()
let ticking

/** The line that shows what runs now, side by side. */
function show() {
  const now = [...running].map(([title, since]) => `${title} … ${seconds(since)}`).join(' · ')
  process.stderr.write(`\r\x1b[K${running.size ? `· ${now}`.slice(0, (process.stderr.columns ?? 80) - 1) : ''}`)
}

function began(key) {
  running.set(key, Date.now())
  if (live) show()
  ticking ??= live ? setInterval(show, 500) : undefined
}

function ended(key, mark, since) {
  running.delete(key)
  write(`${live ? '\r\x1b[K' : ''}${mark} ${key} (${seconds(since)})\n`)
  if (running.size > 0) return void (live && show())
  clearInterval(ticking)
  ticking = undefined
}

/** Runs `work` under a title and shows how long it takes, while it takes long; others may run beside it. */
export async function step(title, work) {
  const since = Date.now()
  began(title)
  const timer = live ? undefined : setInterval(() => say(`· ${title} … ${seconds(since)}`), 20_000)
  try {
    const result = await work()
    ended(title, '✓', since)
    return result
  } catch (error) {
    ended(title, '✗', since)
    throw error
  } finally {
    clearInterval(timer)
  }
}

/** Runs a script's `main`; a Stop becomes its sentence and exit code 1. */
export async function run(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    if (error.details) say(error.details.trimEnd())
    say(error.message)
    process.exitCode = 1
  }
}
