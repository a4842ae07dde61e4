// Runs the steps of a test run, counts what each says, and closes with one line.
import { basename } from 'node:path'
import { attempt } from './command.mjs'
import { cargoNames, nodeNames } from './conformance/names.mjs'
import { STEPS } from './conformance/places.mjs'
import { keepRecord } from './conformance/records.mjs'
import { Stop, inOnePiece, say } from './say.mjs'

/** Counts of passed, failed and skipped tests, over all steps. */
export class Suite {
  passed = 0
  failed = 0
  skipped = 0
  failures = []
  /** How many series of steps are taken side by side. */
  #beside = 1

  /** `record` keeps which tests ran in a step whose tests show statements; see `keepRecord`. */
  constructor(record = keepRecord) {
    this.record = record
  }

  /** `said` is what a step that failed said at its end: said once more when everything has run, where nobody has to look for it. */
  add(title, { passed = 0, failed = 0, skipped = 0 }, said = '') {
    this.passed += passed
    this.failed += failed
    this.skipped += skipped
    if (failed > 0) this.failures.push([`FAILED: ${title}`, ending(said)].filter(Boolean).join('\n'))
  }

  /**
   * Takes these series of steps side by side: much of what compilers do keeps one processor busy, and there are two. What a step
   * says then appears when it has ended.
   *
   * @param {((suite: Suite) => Promise<void>)[]} series
   */
  async sideBySide(...series) {
    this.#beside = series.length
    // Whatever goes wrong in one, the other comes to its end: it would be going on behind what follows.
    const ends = await Promise.allSettled(series.map(steps => steps(this)))
    this.#beside = 1
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }

  /** Takes a step under its title; `work` is told when it began. */
  async #take(title, work) {
    const step = async () => {
      say(`\n── ${title}`)
      await work(Date.now())
    }
    if (this.#beside === 1) return step()
    say(`▸ ${title}`)
    await inOnePiece(step)
  }

  /** A step that cannot be taken here, and why: one skipped test. `place` is where its tests would have run. */
  skip(title, sentence, place = STEPS[title]) {
    say(`\n── ${title}\nSkipped: ${sentence}`)
    this.add(title, { skipped: 1 })
    if (place) this.record({ title, place, left: true })
  }

  /** Keeps which tests of a step ran, if they can show a statement. */
  ran(title, names) {
    if (STEPS[title]) this.record({ title, place: STEPS[title], ...names })
  }

  /** A step that either holds or does not: one test. */
  async check(title, work) {
    await this.#take(title, async since => {
      try {
        const sentence = await work()
        if (sentence) say(sentence)
        this.add(title, { passed: 1 })
      } catch (error) {
        const stopped = error instanceof Stop ? [error.details.trimEnd(), error.message].filter(Boolean).join('\n') : undefined
        const said = stopped ?? error.stack ?? String(error)
        say(said)
        this.add(title, { failed: 1 }, said)
      }
      say(`   ${seconds(since)}`)
    })
  }

  /** A program whose exit code decides: one test. */
  async command(title, program, args, options = {}) {
    await this.check(title, async () => {
      const { code, output } = await attempt(program, args, options)
      if (code !== 0) throw new Stop(`${title}: ${program} ended with ${code}.`, output)
    })
  }

  /** A test runner whose own counts are taken over; `count` reads them from its output. */
  async runner(title, program, args, count, options = {}) {
    await this.#take(title, async since => {
      const { code, output } = await attempt(program, args, { show: true, ...options })
      const counts = count(output)
      // A runner that fails without a failed test (it did not compile, say) is a failure itself.
      if (code !== 0 && !counts.failed) counts.failed = 1
      this.add(title, counts, output)
      this.ran(title, counts.names)
      say(`   ${counts.passed ?? 0} passed, ${counts.failed ?? 0} failed, ${seconds(since)}`)
    })
  }

  /**
   * A runner that is started once for each file, two at a time, but never two of those that exclude each other. What a file
   * says appears when it has ended, so that nobody reads two at once.
   *
   * @param {string} title
   * @param {{ file: string, excludes: boolean }[]} files `excludes`: each other that does
   * @param {(file: string) => [string, string[]]} command of one file
   * @param {(output: string) => Counts} count
   */
  async runners(title, files, command, count) {
    say(`\n── ${title}`)
    const since = Date.now()
    const total = { passed: 0, failed: 0, skipped: 0 }
    const ran = { passed: [], skipped: [] }
    const failures = []
    const lane = async waiting => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const began = Date.now()
        const [program, args] = command(next.file)
        const { code, output } = await attempt(program, args)
        const { passed = 0, failed = 0, skipped = 0, names = { passed: [], skipped: [] } } = count(output)
        const failing = code !== 0 && !failed ? 1 : failed
        if (failing) failures.push(`${basename(next.file)}:\n${ending(output)}`)
        total.passed += passed
        total.failed += failing
        total.skipped += skipped
        ran.passed.push(...names.passed)
        ran.skipped.push(...names.skipped)
        say(`${output.trimEnd()}\n   ${basename(next.file)}: ${seconds(began)}`)
      }
    }
    const others = files.filter(({ excludes }) => !excludes)
    const inTurn = files.filter(({ excludes }) => excludes)
    await Promise.all([lane(inTurn).then(() => lane(others)), lane(others)])
    this.add(title, total, failures.join('\n'))
    this.ran(title, ran)
    say(`   ${total.passed} passed, ${total.failed} failed, ${seconds(since)}`)
  }

  /** Prints the closing line and sets the exit code. */
  close() {
    for (const failure of this.failures) say(failure)
    if (this.passed + this.failed === 0) this.failed = 1
    const skipped = this.skipped ? `, ${this.skipped} skipped` : ''
    process.stdout.write(`\n${this.passed} passed, ${this.failed} failed${skipped}\n`)
    process.exitCode = this.failed ? 1 : 0
  }
}

/**
 * What a runner says of its tests: how many, and by `names` which.
 *
 * @typedef {{ passed?: number, failed?: number, skipped?: number, names?: { passed: string[], skipped: string[] } }} Counts
 */

/** How much of a failed step is said again, in lines: every runner names what failed, and why, at its end. */
const ENDING_LINES = 60

const ending = said => said.trimEnd().split('\n').slice(-ENDING_LINES).join('\n')

const seconds = since => `${((Date.now() - since) / 1000).toFixed(1)} s`

const sum = (output, pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0)

/** What `cargo test` and wasm-bindgen's runner say: "test result: ok. 3 passed; 0 failed; 1 ignored". */
export const cargoCounts = output => ({
  passed: sum(output, /test result: .*? (\d+) passed/g),
  failed: sum(output, /test result: .*? (\d+) failed/g),
  skipped: sum(output, /test result: .*? (\d+) ignored/g),
  names: cargoNames(output),
})

/** What `node --test` says: "ℹ pass 3". */
export const nodeCounts = output => ({
  passed: sum(output, /^(?:ℹ|#) pass (\d+)/gm),
  failed: sum(output, /^(?:ℹ|#) (?:fail|cancelled) (\d+)/gm),
  skipped: sum(output, /^(?:ℹ|#) (?:skipped|todo) (\d+)/gm),
  names: nodeNames(output),
})
