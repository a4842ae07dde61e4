// Another's mail server takes what a party mails: over TLS, after a password, at least once, and each time the same.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { attempt } from '../../scripts/lib/command.mjs'
import { nativeExample } from '../../scripts/lib/native.mjs'

const PASSWORD = 'a pässword'
const NAME = 'ab'.repeat(32)

/** Listens on this machine, at a port of its choice. */
async function listening(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}

/**
 * Takes plain bytes and passes them on encrypted, as the platform does for a party: from the first one, or from where
 * the server agreed to.
 */
function encrypting(port, isImplicit) {
  const sockets = new Set()
  const server = createServer(client => {
    const refuseNothing = { rejectUnauthorized: false } // the server's certificate is one of its library's
    let out = isImplicit ? connectTls({ port, host: '127.0.0.1', ...refuseNothing }) : connect(port, '127.0.0.1')
    let asked = false
    const back = bytes => {
      client.write(bytes)
      if (!asked || !bytes.toString().startsWith('220')) return
      asked = false
      out.removeAllListeners('data')
      out = connectTls({ socket: out, ...refuseNothing })
      attend()
    }
    const attend = () =>
      out
        .on('data', back)
        .on('error', () => client.destroy())
        .on('close', () => client.destroy())
    attend()
    client.on('data', bytes => {
      asked = bytes.toString() === 'STARTTLS\r\n'
      out.write(bytes)
    })
    client.on('error', () => out.destroy()).on('close', () => out.destroy())
    sockets.add(client)
  })
  return { server, cut: () => sockets.forEach(socket => socket.destroy()) }
}

/** Has one decision mailed through a server with these habits; what came, and what the program said. */
async function mailed({ isImplicit = false, password = PASSWORD, habits = () => ({}) }) {
  const mails = []
  let cut
  const take = (stream, session, done) => {
    const { secure, user, envelope } = session
    const from = envelope.mailFrom.address
    const to = envelope.rcptTo.map(({ address }) => address)
    const pieces = []
    stream.on('data', piece => pieces.push(piece))
    stream.on('end', () => {
      mails.push({ text: Buffer.concat(pieces).toString('latin1'), secure, user, from, to })
      done()
    })
  }
  const server = new SMTPServer({
    secure: isImplicit,
    size: 100_000,
    authMethods: ['PLAIN'],
    onAuth: (auth, session, done) =>
      session.secure && auth.username === 'hearth' && auth.password === PASSWORD
        ? done(null, { user: auth.username })
        : done(new Error('not you')),
    onData: take,
    ...habits({ take, cut: () => cut() }),
  })
  server.on('error', () => {}) // connections that are cut
  const inner = server.listen(0, '127.0.0.1')
  await once(inner, 'listening')
  const between = encrypting(inner.address().port, isImplicit)
  cut = between.cut
  const port = await listening(between.server)
  try {
    const program = await nativeExample('mail', 'what mails')
    const { code, output } = await attempt(program, [String(port), isImplicit ? 'implicit' : 'start-tls', password])
    assert.equal(code, 0, output)
    return { mails, said: output.trim().split('\n') }
  } finally {
    between.cut()
    between.server.close()
    server.close(() => {})
  }
}

const header = ({ text }, name) => text.match(new RegExp(`^${name}: (.*)\r$`, 'm'))?.[1]
const body = ({ text }) => Buffer.from(text.split('\r\n\r\n')[1], 'base64').toString()

for (const isImplicit of [false, true])
  test(`t000_4 a decision is mailed over ${isImplicit ? 'TLS' : 'STARTTLS'} once if the server takes it`, async () => {
    const { mails, said } = await mailed({ isImplicit })
    assert.deepEqual(said, ['taken'])
    assert.equal(mails.length, 1)
    const [mail] = mails
    assert.deepEqual([mail.from, mail.to], ['hearth@hearth.localhost', ['aiko@example.jp']])
    assert.deepEqual([mail.secure, mail.user], [true, 'hearth'])
    assert.equal(header(mail, 'Message-ID'), `<${NAME}@hearth.localhost>`)
    assert.equal(header(mail, 'To'), '<aiko@example.jp>')
    assert.equal(header(mail, 'Subject'), 'Your card at home paid 2000 JPY at kiso-tea.localhost')
    assert.equal(header(mail, 'Bcc'), undefined)
    assert.match(body(mail), /signed an order 2000 JPY at kiso-tea\.localhost\.\r\n/)
    assert.match(body(mail), /自宅のカードが kiso-tea\.localhost での注文に署名しました。/)
  })

test('t000_4 what a server took without saying so is mailed again as the same bytes, under the same Message-ID', async () => {
  let dropped = 0
  const { mails, said } = await mailed({
    habits: ({ take, cut }) => ({
      onData: (stream, session, done) => take(stream, session, () => (dropped++ < 2 ? cut() : done())),
    }),
  })
  assert.equal(said.at(-1), 'taken')
  assert.equal(said.length, 3)
  assert.equal(mails.length, 3)
  assert.equal(new Set(mails.map(({ text }) => text)).size, 1)
  assert.deepEqual(
    mails.map(mail => header(mail, 'Message-ID')),
    Array(3).fill(`<${NAME}@hearth.localhost>`),
  )
})

test('t000_4 a server that says later is asked later', async () => {
  let asked = 0
  const later = Object.assign(new Error('greylisted'), { responseCode: 451 })
  const { mails, said } = await mailed({
    habits: () => ({ onRcptTo: (address, session, done) => done(asked++ < 2 ? later : null) }),
  })
  assert.deepEqual(said, ['later', 'later', 'taken'])
  assert.equal(mails.length, 1)
})

test('a server that refuses is left to an operator, who is not shown the password', async () => {
  const wrong = 'another pässword'
  const { mails, said } = await mailed({ password: wrong })
  assert.equal(mails.length, 0)
  assert.ok(
    said.every(line => line.startsWith('internal') && line.endsWith('The mail server answered 535 to AUTH.')),
    said.join('\n'),
  )
  assert.ok(!said.some(line => line.includes(wrong)))
})
