// Whoever goes through procedures by way of home, stage by stage: a native program, driven line by line.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { nativeExample } from '../../scripts/lib/native.mjs'

/** Builds the program; resolves to its file. */
export const buildSessionProgram = () => nativeExample('home_session', 'what goes through procedures by way of home')

/**
 * Starts it. Resolves to { first, ask(line), close() }: what it said first, and the answer to a line, both JSON.
 *
 * @param {string} program
 * @param {string[]} args
 */
export async function startSessions(program, ...args) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('what goes through procedures by way of home has ended; what it said is above')
    return JSON.parse(value)
  }
  return {
    first: await next(),
    ask(line) {
      child.stdin.write(`${line}\n`)
      return next()
    },
    async close() {
      child.stdin.end()
      await ended
    },
  }
}
