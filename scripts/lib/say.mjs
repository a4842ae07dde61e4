// What the scripts tell people: progress of long steps, and one sentence when something stops them.

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

/** Prints one line of progress. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Runs `work` under a title and shows how long it takes, while it takes long. */
export async function step(title, work) {
  const since = Date.now()
  const show = () => process.stderr.write(live ? `\r\x1b[K· ${title} … ${seconds(since)}` : `· ${title} … ${seconds(since)}\n`)
  if (live) show()
  const timer = setInterval(show, live ? 500 : 20_000)
  try {
    const result = await work()
    process.stderr.write(`${live ? '\r\x1b[K' : ''}✓ ${title} (${seconds(since)})\n`)
    return result
  } catch (error) {
    process.stderr.write(`${live ? '\r\x1b[K' : ''}✗ ${title} (${seconds(since)})\n`)
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
