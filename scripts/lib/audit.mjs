// The auditor: a program of its own, which gets the bank's books as files and the root certificate beside them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt } from './command.mjs'
import { nativeProgram } from './native.mjs'
import { Stop } from './say.mjs'

/** More pages than the demo's bank ever has: a link that leads in a circle ends here. */
const PAGES_MAX = 10_000

/**
 * Has the books of the bank audited, all of its objects. Resolves to one sentence that says they are clean; stops with
 * what was found if they are not.
 *
 * @param {{ domain: (id: string) => string, fetch: (host: string, path: string) => Promise<{ status: number, headers: any, body: Buffer, text(): string }> }} parties
 */
export async function auditBank(parties) {
  const program = await nativeProgram('tallystick-auditor', 'the auditor')
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-audit-'))
  try {
    const pages = join(folder, 'pages')
    await exportBooks(parties, pages)
    const certificate = join(folder, 'root.cer')
    writeFileSync(certificate, await body(parties, parties.domain('ca'), '/v1/root.cer'))
    const { code, output } = await attempt(program, ['--root', certificate, pages])
    if (code !== 0) throw new Stop('The audit of the bank is not clean.', output)
    return output.split('\n')[0]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Writes every page of the bank's books into a folder; resolves to how many there are. */
export async function exportBooks(parties, folder) {
  mkdirSync(folder, { recursive: true })
  let path = '/v1/evidence'
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await asked(parties, parties.domain('bank'), path)
    writeFileSync(join(folder, `${String(page).padStart(5, '0')}.cbor`), answer.body)
    path = answer.headers.link?.match(/^<([^>]+)>; rel="next"$/)?.[1]
    if (!path) return page + 1
  }
  throw new Stop(`The bank shows more than ${PAGES_MAX} pages.`)
}

/**
 * Has the proof that a purse was spent twice, which a bank gives at `path`, judged by the program for third parties:
 * resolves to its sentence, or stops if nothing is proved.
 *
 * @param {Parameters<typeof auditBank>[0]} parties
 * @param {string} path
 */
export async function judgeProof(parties, path) {
  const program = await nativeProgram('tallystick-contradiction', 'the judge of contradictions')
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-proof-'))
  try {
    const files = [
      [parties.domain('ca'), '/v1/root.cer', 'root.cer'],
      [parties.domain('bank'), '/v1/purses.cer', 'bank.cer'],
      [parties.domain('bank'), path, 'proof.cbor'],
    ]
    for (const [domain, from, name] of files) writeFileSync(join(folder, name), await body(parties, domain, from))
    const { code, output } = await attempt(
      program,
      files.map(([, , name]) => join(folder, name)),
    )
    if (code !== 0) throw new Stop('The proof proves nothing.', output)
    return output.trim()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const body = async (parties, domain, path) => (await asked(parties, domain, path)).body

async function asked(parties, domain, path) {
  const answer = await parties.fetch(domain, path)
  if (answer.status !== 200) throw new Stop(`${domain}${path} answered ${answer.status}: ${answer.text().slice(0, 300)}`)
  return answer
}
