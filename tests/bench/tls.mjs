// The peer: a full TLS 1.3 handshake (RFC 8446) in which both sides show certificates of RSA-2048, by Node's OpenSSL.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { isMainThread, Worker, workerData, parentPort } from 'node:worker_threads'

const SERVER = 'server.localhost'
/**
 * Only this version, and the curve that our agreement has.
 *
 * @type {{ minVersion: tls.SecureVersion, maxVersion: tls.SecureVersion, ecdhCurve: string }}
 */
const PROTOCOL = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ecdhCurve: 'X25519' }

/** A server that lets in whom its authority certified, in a thread of its own; it says one byte to whoever it let in. */
if (!isMainThread && workerData?.tlsServer) {
  const options = { ...workerData.tlsServer, ...PROTOCOL, requestCert: true, rejectUnauthorized: true }
  const server = tls.createServer(options, socket => {
    socket.on('error', () => {})
    socket.end('.')
  })
  server.on('connection', socket => socket.setNoDelay(true))
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(/** @type {net.AddressInfo} */ (server.address()).port))
}

/** Certificates of RSA-2048 of an authority, a server and a client, by the OpenSSL of this machine. */
function certificates() {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-tls-'))
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  try {
    openssl(...'req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority'.split(' '))
    for (const name of ['server', 'client']) {
      const subject = name === 'server' ? SERVER : name
      openssl(...`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${subject}`.split(' '))
      openssl(...`x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out ${name}.pem -days 2`.split(' '))
    }
    const of = name => ({ key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.pem`)) })
    return { ca: readFileSync(join(folder, 'ca.pem')), server: of('server'), client: of('client') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Starts the server. Resolves to { port, handshake(port), close() }. A handshake goes over a TCP connection that is made
 * before and is not counted; it says { mayWrite, letIn }, milliseconds until the client has done its part, and until the
 * server has said that it let the client in.
 */
export async function startTls() {
  const { ca, server, client } = certificates()
  const worker = new Worker(new URL(import.meta.url), { workerData: { tlsServer: { ca, ...server } } })
  const port = await new Promise(resolve => worker.once('message', resolve))
  // Everything that can be prepared is prepared; sessions are not resumed.
  const secureContext = tls.createSecureContext({ ca, ...client, ...PROTOCOL })
  return {
    port,
    async handshake(at = port) {
      const socket = net.connect({ port: at, host: '127.0.0.1', noDelay: true })
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
      return shakeHands(socket, secureContext)
    },
    close: () => worker.terminate(),
  }
}

function shakeHands(socket, secureContext) {
  return new Promise((resolve, reject) => {
    let mayWrite
    const began = performance.now()
    const secured = tls.connect({ socket, secureContext, checkServerIdentity: () => undefined })
    secured.once('secureConnect', () => {
      mayWrite = performance.now() - began
      if (secured.getProtocol() !== 'TLSv1.3' || secured.isSessionReused()) reject(new Error('this is no full handshake of TLS 1.3'))
    })
    secured.once('data', () => {
      const letIn = performance.now() - began
      secured.destroy()
      resolve({ mayWrite, letIn })
    })
    secured.once('error', reject)
  })
}
