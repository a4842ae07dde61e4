// docs/operators.md, followed to the letter: each command that needs no account at Cloudflare is taken from the page and run, with
// the demo's shop and CA in place of the example's, and says what the page says that it says.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { unstable_readConfig } from 'wrangler'
import { refusals } from '../../scripts/lib/deployment.mjs'
import { at } from '../../scripts/lib/paths.mjs'
import { localSecrets, registrationToken } from '../../scripts/lib/secrets.mjs'
import { emptyFolder, openParties } from '../support/parties.mjs'

const page = readFileSync(at('docs/operators.md'), 'utf8')
/** The page's commands by what is written behind "sh": nothing, "account" or "build". */
const commands = mark =>
  [...page.matchAll(/^```sh *(\w*)\n([\s\S]*?)^```$/gm)].filter(([, behind]) => behind === mark).map(([, , text]) => text.trim())
const TOKEN = 'a token of this test alone'
const persist = emptyFolder()
const withKeys = keys => openParties({ persist, vars: { shop: { CONSOLE: 'token', CONSOLE_TOKEN: TOKEN, ...keys } } })
let parties = await withKeys({})

describe('docs/operators.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-operator-'))
  const ran = new Set()

  before(() => {
    mkdirSync(join(folder, 'worker'))
    cpSync(at('worker/deploy'), join(folder, 'worker/deploy'), { recursive: true })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs the page's command that has `part` in it and ends so, and says what it printed. */
  function follow(part, end = '') {
    const found = commands('').filter(command => command.includes(part) && command.endsWith(end))
    assert.equal(found.length, 1, `one command with ${part} on the page`)
    ran.add(found[0])
    // curl finds *.localhost by itself.
    const here = id => `http://${parties.domain(id)}:${parties.port}`
    const command = found[0]
      .replaceAll('https://ca.example', here('ca'))
      .replaceAll('https://shop.example', here('shop'))
      .replace('node scripts/', `node ${at('scripts')}/`)
    const env = { ...process.env, CONSOLE_TOKEN: TOKEN, REGISTRATION_KEY: localSecrets(persist).ca.REGISTRATION_KEY }
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', command], { cwd: folder, encoding: 'utf8', env })
    assert.equal(status, 0, `${command}\n${stderr}`)
    return stdout.trim()
  }

  test('1: the file that is copied is deployed once it is filled in, and the root that is fetched is what it trusts', async () => {
    follow('cp worker/deploy/shop.example.jsonc')
    const read = () => unstable_readConfig({ config: join(folder, 'worker/deploy/shop.jsonc') }, { hideWarnings: true })
    assert.match(refusals(read(), 'shop').join(' '), /ROOTS is empty/)
    const filled = JSON.parse(JSON.stringify(read()).replaceAll('.example', '.tea.jp'))
    filled.vars.ROOTS = follow('root.cer | base64')
    assert.deepEqual(refusals(filled, 'shop'), [])
    const { body } = await parties.fetch(parties.domain('ca'), '/v1/root.cer')
    assert.equal(filled.vars.ROOTS, body.toString('base64'))
  })

  test('2: the fingerprint that is compared is that of the root', async () => {
    const { body } = await parties.fetch(parties.domain('ca'), '/v1/root.cer')
    assert.equal(follow('root.cer | sha256sum').split(' ')[0], createHash('sha256').update(body).digest('hex'))
  })

  test('3: the tokens that are printed are those that the CA takes, for the first key and for the second', () => {
    const key = Buffer.from(localSecrets(persist).ca.REGISTRATION_KEY, 'hex')
    const [first, second] = commands('').filter(command => command.includes('registration-token.mjs shop'))
    assert.ok(second.startsWith(first))
    const printed = command => {
      const args = command.match(/mjs (\S+) (\S+) "([^"]+)" ?(\d*)/).slice(1)
      const { stdout } = spawnSync(process.execPath, [at('scripts/registration-token.mjs'), ...args.filter(Boolean)], {
        encoding: 'utf8',
        env: { ...process.env, REGISTRATION_KEY: key.toString('hex') },
      })
      ran.add(command)
      return stdout.trim()
    }
    assert.equal(printed(first), registrationToken(key, 'shop', 'shop.example', 'The Shop'))
    assert.equal(printed(second), registrationToken(key, 'shop', 'shop.example', 'The Shop', 2))
  })

  test('4: the party says that it does its work', () => assert.deepEqual(JSON.parse(follow('/v1/ready')), { ready: true, reasons: [] }))

  test('each number of the alarms and the dashboard is one that the parties tell', async () => {
    const told = new Set(follow('/v1/metrics', 'metrics').match(/tallystick_\w+/g))
    // Before its first night the books were never looked over.
    const looked = await parties.fetch(parties.domain('issuer'), '/v1/console/trial-balance', { method: 'POST' })
    assert.equal(looked.status, 200)
    const { body } = await parties.fetch(parties.domain('issuer'), '/v1/metrics')
    for (const name of body.toString().match(/tallystick_\w+/g)) told.add(name)
    for (const file of ['docs/operators/alerts.yaml', 'docs/operators/grafana.json']) {
      const asked = new Set(readFileSync(at(file), 'utf8').match(/tallystick_\w+/g))
      assert.ok(asked.size > 5, file)
      assert.deepEqual(
        [...asked].filter(name => !told.has(name)),
        [],
        file,
      )
    }
  })

  test('the sealing key is changed step by step, and what the page says to wait for comes', async () => {
    const old = localSecrets(persist).shop.SEALING_KEY
    const made = follow('openssl rand')
    const again = async keys => {
      await parties.stop()
      parties = await withKeys(keys)
    }
    const isDone = async () => {
      const until = Date.now() + 60_000
      let printed = ''
      while (!/^tallystick_sealing_left 0$/m.test(printed)) {
        assert.ok(Date.now() < until, printed)
        await pause(500)
        printed = follow('/v1/metrics | grep')
      }
      return printed.match(/sealing_key\{id="(\w{16})"\}/)[1]
    }
    const ready = async () => JSON.parse((await parties.fetch(parties.domain('shop'), '/v1/ready')).body.toString())
    await again({ SEALING_KEY_BEFORE: old })
    const before = await isDone()
    await again({ SEALING_KEY: made, SEALING_KEY_BEFORE: old })
    assert.notEqual(await isDone(), before)
    assert.equal((await ready()).sealing_key_before, 'unused')
    await again({ SEALING_KEY: made })
    assert.deepEqual(await ready(), { ready: true, reasons: [] })
  })

  test('no command of the page was left out but those that want an account or a build', () => {
    assert.equal(ran.size, commands('').length)
    assert.deepEqual(commands('build'), ['npm run deploy -- shop --dry-run'])
    const secret = (what, name) => `npx wrangler secret ${what} ${name} --config worker/deploy/shop.jsonc`
    assert.deepEqual(commands('account'), [
      'npx wrangler login',
      'npm run deploy -- shop',
      secret('put', 'SEALING_KEY_BEFORE'),
      secret('put', 'SEALING_KEY'),
      secret('delete', 'SEALING_KEY_BEFORE'),
    ])
  })
})
