// What an operator's file must not say is refused before anything is built, and the examples are fit to be copied.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { unstable_readConfig } from 'wrangler'
import { ROLES } from '../../scripts/lib/builds.mjs'
import { refusals } from '../../scripts/lib/deployment.mjs'
import { at } from '../../scripts/lib/paths.mjs'

const read = file => unstable_readConfig({ config: at(file) }, { hideWarnings: true })
const example = role => read(`worker/deploy/${role}.example.jsonc`)

/** The example of a role as an operator fills it in. */
function filled(role) {
  const own = JSON.parse(JSON.stringify(example(role)).replaceAll('.example', '.tea.jp'))
  if (role !== 'ca') own.vars.ROOTS = 'MIIB'
  if (role === 'banking-system') own.vars.SANDBOX = 'no-real-money'
  return own
}

/** What only an operator sets: the demo's operators register by themselves, and it has no need of the rest. */
const OPERATORS_ALONE = ['ROOTS', 'BLOCKED', 'LIMITS', 'OPERATORS', 'SHARDS', 'GENERATION', 'TERMINALS'].concat(
  ['SMTP_HOST', 'SMTP_PORT', 'SMTP_USER', 'SMTP_FROM'],
  'HOSTED_CARDS',
)

describe("an operator's file", () => {
  test('of whoever can be brought back to an earlier moment says its generation, and of nobody else', () => {
    const [, roles] = readFileSync(at('docs/operators.md'), 'utf8').match(/^\| `restore` \| ([^|]+) \|/m)
    const said = ROLES.filter(role => example(role).vars.GENERATION === '1')
    assert.deepEqual(said.toSorted(), roles.split(', ').toSorted())
  })

  for (const role of ROLES) {
    test(`of the ${role} is closed in every respect as it is copied, and can be rehearsed`, () => {
      const config = example(role)
      assert.deepEqual(refusals(config, role, { rehearsal: true }), [])
      assert.equal(config.vars.CONSOLE, 'closed')
      assert.ok(!Object.values(config.vars).includes('open'))
      if (role === 'issuer') assert.equal(config.vars.OPEN_ACCOUNTS, 'closed')
      if (role === 'bank') assert.equal(config.vars.DEPOSITS, 'closed')
      assert.deepEqual(refusals(filled(role), role), [])
    })

    test(`of the ${role} is not deployed with the names of the example`, () => {
      assert.match(refusals(example(role), role).join(' '), /DOMAIN is "[a-z.]+\.example", as in the example/)
    })

    test(`of the ${role} has the same settings as the demo`, () => {
      const names = config =>
        Object.keys(config.vars)
          .filter(name => !OPERATORS_ALONE.includes(name))
          .sort()
      assert.deepEqual(names(example(role)), names(read(`worker/demo/${role}.jsonc`)))
    })

    test(`is never the demo's of the ${role}`, () => {
      assert.match(refusals(read(`worker/demo/${role}.jsonc`), role).join(' '), /CONSOLE is open.*\.localhost/)
    })
  }

  test('of the banking system says that it keeps no real money', () => {
    const config = filled('banking-system')
    config.vars.SANDBOX = ''
    assert.match(refusals(config, 'banking-system').join(' '), /a sandbox and keeps no money/)
  })

  const changed = (change, role = 'issuer') => {
    const config = filled(role)
    change(config)
    return refusals(config, role).join(' ')
  }

  test('gives no credit to whoever asks', () =>
    assert.match(
      changed(c => (c.vars.OPEN_ACCOUNTS = 'open')),
      /OPEN_ACCOUNTS is open/,
    ))
  test('of a shop may leave the pages of its host to its own server, and that of nobody else', () => {
    const beside = config => {
      const { DOMAIN } = config.vars
      config.routes = ['/v1/*', '/health'].map(path => ({ pattern: `${DOMAIN}${path}`, zone_name: DOMAIN }))
    }
    assert.equal(changed(beside, 'shop'), '')
    assert.match(changed(beside, 'issuer'), /at its DOMAIN and nowhere else/)
    const more = config => {
      beside(config)
      config.routes.push({ pattern: 'other.tea.jp/v1/*', zone_name: 'other.tea.jp' })
    }
    assert.match(changed(more, 'shop'), /at its DOMAIN and nowhere else/)
  })
  test('tells nobody what happens over http', () =>
    assert.match(
      changed(c => (c.vars.WEBHOOK = 'http://my-honey.jp/webhook'), 'shop'),
      /WEBHOOK is "http:.*an https address/,
    ))
  test('has no API key in it', () =>
    assert.match(
      changed(c => (c.vars.API_KEYS = 'server=abcdefghijklmnopqrstuvwxyz'), 'shop'),
      /API_KEYS is a secret/,
    ))
  test('names the root that is trusted', () =>
    assert.match(
      changed(c => (c.vars.ROOTS = '')),
      /ROOTS is empty/,
    ))
  test('has no secrets in it', () =>
    assert.match(
      changed(c => (c.vars.SEALING_KEY = '00')),
      /SEALING_KEY is a secret/,
    ))
  test('is of the role that is deployed', () =>
    assert.match(
      changed(c => (c.vars.ROLE = 'shop')),
      /ROLE is "shop"/,
    ))
  test('has one address, which is its domain', () => {
    assert.match(
      changed(c => (c.routes = [])),
      /reached at its DOMAIN/,
    )
    assert.match(
      changed(c => (c.routes[0].pattern = 'other.tea.jp')),
      /reached at its DOMAIN/,
    )
    assert.match(
      changed(c => (c.workers_dev = true)),
      /workers_dev/,
    )
    assert.match(
      changed(c => (c.preview_urls = true)),
      /preview_urls/,
    )
  })
  test('limits what one address may ask for', () =>
    assert.match(
      changed(c => c.ratelimits.pop()),
      /ratelimits must have/,
    ))
  test('keeps no log of addresses', () =>
    assert.match(
      changed(c => (c.observability = { enabled: true })),
      /invocation_logs/,
    ))
})

describe('npm run deploy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-deploy-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const deploy = (...args) => spawnSync(process.execPath, [at('scripts/deploy.mjs'), ...args], { encoding: 'utf8' })

  test('stops at an unsafe file before it builds anything, on a dry run too', () => {
    const file = join(folder, 'issuer.jsonc')
    writeFileSync(
      file,
      JSON.stringify({ name: 'x', compatibility_date: '2026-11-01', vars: { ROLE: 'issuer', DOMAIN: 'card.tea.jp', CONSOLE: 'open' } }),
    )
    const { status, stdout, stderr } = deploy('issuer', '--config', file, '--dry-run')
    assert.equal(status, 1, stdout)
    assert.match(stdout + stderr, /CONSOLE is open/)
    assert.doesNotMatch(stdout + stderr, /Building/)
  })

  test("wants the operator's own file, and says where", () => {
    const { status, stdout, stderr } = deploy('issuer', '--config', join(folder, 'nothing.jsonc'))
    assert.equal(status, 1)
    assert.match(stdout + stderr, /copy .*issuer\.example\.jsonc/)
  })

  test('takes no settings from the command, because the next deployment would forget them', () => {
    const { status, stdout, stderr } = deploy('issuer', '--var', 'CONSOLE:open')
    assert.equal(status, 1)
    assert.match(stdout + stderr, /Settings belong into the file/)
  })
})
