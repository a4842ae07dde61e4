// T000-4 on workerd: what a card at home decided is mailed, through a real mail server, or kept to be shown in a demo.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { HOME_REGISTRATION, keysOf, map, message, seconds } from '../support/home-messages.mjs'
import { emptyFolder, openParties } from '../support/parties.mjs'
import { assertProblem } from '../support/problems.mjs'

const PROXY = 'hearth.localhost'
const AIKO = 'aiko@example.jp'
/** Numbers of messages: docs/messages.cddl. */
const [HOME_MAIL_ADDRESS, HOME_DECISIONS] = [161, 162]
const PATIENCE_MS = 30_000

/** A home that is registered at this proxy. */
async function registered(parties) {
  const { keys, name: home, signed } = keysOf('tallystick/v1/home/name')
  const token = randomBytes(32)
  const verifier = createHash('sha256').update(token).digest()
  const registration = message(HOME_REGISTRATION, keys, PROXY, verifier, [], 1, seconds())
  const post = (path, type, body) => parties.fetch(PROXY, path, { method: 'POST', headers: { 'content-type': type }, body })
  const answer = await post('/v1/homes', 'application/cose', signed('tallystick/v1/home/registration', registration))
  assert.equal(answer.status, 204, answer.text())
  return {
    address: (address, code) => post('/v1/homes/mail-address', 'application/cbor', message(HOME_MAIL_ADDRESS, home, token, address, code)),
    tell: (...numbers) => {
      const decisions = numbers.map(number => map(number, 'Travel laptop', 'kiso-tea.localhost', map(2_000 + number, 'JPY'), 1_800_000_000))
      return post('/v1/homes/decisions', 'application/cbor', message(HOME_DECISIONS, home, token, decisions))
    },
  }
}

/** What `look` finds, once it finds something. */
async function soon(look) {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
    const found = await look()
    if (found) return found
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  assert.fail('It did not come.')
}

async function confirm(home, subject) {
  assert.equal((await home.address(AIKO)).status, 204)
  const code = (await soon(subject)).slice(0, 8)
  const confirmed = await home.address(AIKO, code)
  assert.equal(confirmed.status, 204, confirmed.text())
}

/** A certificate for localhost, and the authority that made it, whom nobody else trusts. */
function certificate() {
  const folder = emptyFolder()
  const file = name => join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' })
  const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2']
  openssl(...make, '-subj', '/CN=test authority', '-keyout', file('ca.key'), '-out', file('ca.pem'))
  const by = ['-CA', file('ca.pem'), '-CAkey', file('ca.key')]
  const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'subjectAltName=DNS:localhost']
  openssl(...make, '-subj', '/CN=localhost', ...leaf, ...by, '-keyout', file('key.pem'), '-out', file('cert.pem'))
  return { key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')), file: file('ca.pem') }
}

// Miniflare reads when it is loaded whom workerd trusts beside the browsers' authorities.
const { key, cert, file } = certificate()
process.env.NODE_EXTRA_CA_CERTS = file

test('t000_4 a demo without a mail server keeps what would be mailed, and shows it at a page', async () => {
  const parties = await openParties()
  const home = await registered(parties)
  const mails = async () => (await parties.fetch(PROXY, '/v1/mail')).json().mails
  assertProblem(await home.tell(1), 409, 'home-no-address')
  await confirm(home, async () => (await mails())[0]?.subject)
  assert.equal((await home.tell(1, 2)).status, 204)
  assert.equal((await home.tell(2)).status, 204)
  const kept = await mails()
  assert.deepEqual(
    kept.slice(0, 2).map(mail => [mail.to, mail.subject]),
    [
      [AIKO, 'Your card at home paid 2002 JPY at kiso-tea.localhost'],
      [AIKO, 'Your card at home paid 2001 JPY at kiso-tea.localhost'],
    ],
  )
  assert.equal(kept.filter(mail => mail.subject.includes('paid')).length, 2)
  assert.match(kept[0].id, /^[0-9a-f]{64}@hearth\.localhost$/)
})

test('t000_4 another’s mail server takes it from workerd over STARTTLS, again under the same Message-ID if it hung up', async () => {
  const mails = []
  let drops = 0
  const server = new SMTPServer({
    key,
    cert,
    authMethods: ['PLAIN'],
    onAuth: (auth, session, done) =>
      session.secure && auth.username === 'hearth' && auth.password === 'a password'
        ? done(null, { user: 'hearth' })
        : done(new Error('no')),
    onData: (stream, session, done) => {
      const pieces = []
      stream.on('data', piece => pieces.push(piece))
      stream.on('end', () => {
        mails.push({ text: Buffer.concat(pieces).toString(), secure: session.secure, to: session.envelope.rcptTo[0].address })
        if (drops-- > 0) for (const connection of server.connections) connection.close()
        else done()
      })
    },
  })
  server.on('error', () => {})
  const inner = server.listen(0, '127.0.0.1')
  await once(inner, 'listening')
  after(() => new Promise(resolve => server.close(resolve)))
  const SMTP = { SMTP_HOST: 'localhost', SMTP_PORT: String(inner.address().port), SMTP_USER: 'hearth', SMTP_PASSWORD: 'a password' }
  const vars = { 'home-proxy': { MAIL: 'starttls', SMTP_FROM: 'hearth@hearth.localhost', ...SMTP } }
  const log = []
  const parties = await openParties({ vars, reaches: ['home-proxy'], log: ({ message }) => log.push(message) })
  const home = await registered(parties)
  const header = (mail, name) => mail?.text.match(new RegExp(`^${name}: (.*)\r$`, 'm'))?.[1]
  await confirm(home, () => header(mails[0], 'Subject')).catch(error => {
    throw new Error(log.filter(line => line.includes('mail')).join('\n'), { cause: error })
  })
  drops = 1
  assert.equal((await home.tell(1)).status, 204)
  await soon(() => mails[2])
  assert.deepEqual(
    mails.slice(1).map(mail => [mail.to, mail.secure, header(mail, 'Subject')]),
    Array(2).fill([AIKO, true, 'Your card at home paid 2001 JPY at kiso-tea.localhost']),
  )
  assert.equal(header(mails[1], 'Message-ID'), header(mails[2], 'Message-ID'))
  assertProblem(await parties.fetch(PROXY, '/v1/mail'), 404, 'not-found')
})
