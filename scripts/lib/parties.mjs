// All parties in one local workerd. The only file that knows Miniflare.
//
// Each party is a worker of its own, with its own Durable Object, secrets and domain; they share one
// build, and parties of one role its pages. In front stands the road, a worker of a few lines: it finds a party by the host name, for
// browsers (http://DOMAIN:PORT) and for the parties among themselves (https://DOMAIN), and refuses
// every other host, so nothing here reaches the internet.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { join } from 'node:path'
import { at, stateFolder } from './paths.mjs'
import { Stop } from './say.mjs'
import { PARTIES, localSecrets } from './secrets.mjs'
import { LOCAL_WORKER } from './worker.mjs'
import { wranglerOptions } from './wrangler-options.mjs'

const ROAD = `
const refused = host => new Response(JSON.stringify({
  type: 'https://tallystick.example/problems/unknown-host', title: 'Nobody lives here.', status: 421,
  detail: 'No party of this deployment has the name ' + host + '.',
}), { status: 421, headers: { 'content-type': 'application/problem+json' } })

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url)
    const party = env.DOMAINS[url.hostname]
    if (!party) return refused(url.hostname)
    // What goes over a WebSocket is not recorded.
    if (!env.RECORDER || request.headers.get('upgrade')) return env[party].fetch(request)
    const sent = await request.arrayBuffer()
    const answer = await env[party].fetch(new Request(request, { body: sent.byteLength ? sent : undefined }))
    const received = await answer.arrayBuffer()
    const note = new FormData()
    note.set('about', JSON.stringify({
      from: env.FROM, to: party, method: request.method, url: request.url, status: answer.status,
      headers: [...request.headers], answerHeaders: [...answer.headers],
    }))
    note.set('request', new Blob([sent]))
    note.set('response', new Blob([received]))
    await env.RECORDER.fetch('http://recorder/', { method: 'POST', body: note })
    return new Response([101, 204, 205, 304].includes(answer.status) ? null : received, answer)
  },
}
`

/** Where the party that does nothing is reached, if there is one. */
export const BLANK_DOMAIN = 'blank.localhost'

/** What every request to a party passes, and no party: an edge, an object, pages beside it. */
const BLANK = `
import { DurableObject } from 'cloudflare:workers'

export class Book extends DurableObject {
  fetch() {
    return new Response('')
  }
}

export default {
  fetch: (request, env) => env.BOOK.get(env.BOOK.idFromName('book')).fetch(request),
}
`

/**
 * Starts all parties and waits until each is healthy.
 *
 * - `port`: where browsers reach them; 0 takes a free one.
 * - `persist`: the folder for tables and secrets; default .state/parties.
 * - `record`: an array or a callback; gets { from, to, method, url, headers, status, answerHeaders,
 *   request: Buffer, response: Buffer } for every request that reaches a party ('from' is a party or
 *   'outside'), when it has been answered.
 * - `log`: a callback for the parties' log lines; default: none.
 * - `vars`: extra variables by party, for tests.
 * - `reaches`: the parties that may open connections of their own (TCP) to whatever listens on this machine; default: none.
 * - `blank`: beside them one that does nothing, at BLANK_DOMAIN: what a request costs before a party is reached.
 * - `limits`: how many requests of one address are let through in a minute, by the name of the limit as in
 *   worker/deploy/*.jsonc; default: any number. Miniflare plays the counter by a request of its own.
 * - `worker`: the folder of the worker; default: the one that is built for local runs.
 *
 * A party goes by its `id` of PARTIES: the first of each role by the role.
 *
 * @typedef {{ from: string, to: string, method: string, url: string, headers: object, status: number, answerHeaders: object, request: Buffer, response: Buffer }} Recorded
 * @typedef {object} PartiesOptions
 * @property {number} [port]
 * @property {string} [persist]
 * @property {Recorded[] | ((entry: Recorded) => void)} [record]
 * @property {(line: { level: string, message: string }) => void} [log]
 * @property {Record<string, Record<string, string>>} [vars]
 * @property {Record<string, number>} [limits]
 * @property {string} [worker]
 * @property {string[]} [reaches]
 * @property {boolean} [blank]
 * @property {boolean} [waitHealthy]
 * @param {PartiesOptions} [options]
 */
export async function startParties({
  port = 8787,
  persist = join(stateFolder, 'parties'),
  record,
  log,
  vars = {},
  limits = {},
  worker = LOCAL_WORKER,
  reaches = [],
  blank = false,
  waitHealthy = true,
} = {}) {
  port = port === 0 ? await freePort() : await mustBeFree(port)
  const [{ Log, LogLevel, Miniflare, convertV4MiniflareOptions }, optionsOf] = await Promise.all([import('miniflare'), wranglerOptions()])
  const secrets = localSecrets(persist)
  const domains = Object.fromEntries(PARTIES.map(({ id, domain }) => [domain, id]))
  if (blank) domains[BLANK_DOMAIN] = 'blank'
  const recorder = record && recording(typeof record === 'function' ? record : entry => record.push(entry))
  const road = from => ({
    name: `road-${from}`,
    modules: [{ type: 'ESModule', path: 'road.mjs', contents: ROAD }],
    compatibilityDate: '2026-11-01',
    compatibilityFlags: reaches.includes(from) ? ['connect_pass_through'] : [],
    bindings: { DOMAINS: domains, FROM: from },
    serviceBindings: { ...Object.fromEntries(Object.values(domains).map(id => [id, id])), ...(recorder && { RECORDER: recorder }) },
  })
  const party = ({ id, role, domain, name }) => {
    const options = optionsOf[role]
    return {
      ...options,
      name: id,
      rootPath: undefined,
      modulesRoot: worker,
      modules: [
        { type: 'ESModule', path: join(worker, 'index.js') },
        { type: 'CompiledWasm', path: join(worker, 'index_bg.wasm') },
      ],
      bindings: {
        .../** @type {object} */ (options.bindings),
        DOMAIN: domain,
        NAME: name,
        ORIGIN: `http://${domain}:${port}`,
        ...secrets[id],
        ...vars[id],
      },
      ratelimits,
      outboundService: `road-${id}`,
      assets: existsSync(at('dist/pages', role)) ? options.assets : undefined,
    }
  }
  const nobody = () => ({
    name: 'blank',
    modules: [{ type: 'ESModule', path: 'blank.mjs', contents: BLANK }],
    compatibilityDate: '2026-11-01',
    durableObjects: { BOOK: { className: 'Book', useSQLite: true } },
    assets: party(partyOf('shop')).assets,
  })
  const ratelimits = Object.fromEntries(
    Object.entries(limits).map(([name, limit], place) => [
      name,
      { type: 'ratelimit', name, namespace_id: String(place + 1), simple: { limit, period: 60 } },
    ]),
  )
  const lines = line => log?.(line)
  // Their types want a file for each worker; some of ours are given as text.
  const workers = /** @type {any[]} */ ([
    road('outside'),
    ...PARTIES.map(party),
    ...(blank ? [nobody()] : []),
    ...PARTIES.map(({ id }) => road(id)),
  ])
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ level, message }) => lines({ level, message }),
      resourcePersistencePath: persist,
      workers,
    }),
  )
  await miniflare.ready
  const parties = {
    port,
    /** The address of a party for browsers. */
    url: id => `http://${domainOf(id)}:${port}`,
    domain: domainOf,
    /** One request from outside; resolves to { status, headers, body: Buffer, json(), text() }. */
    fetch: (host, path, init) => fetchFrom(port, host, path, init),
    /** Rows of a query on a party's own tables, read only; on those of each of its objects, if it has shards. */
    sql: (id, query) => sqlOf(persist, id, query),
    /** Every byte that a party keeps, file by file: what it holds, for tests that look for what it must not. */
    held: id => heldBy(persist, id),
    /** Stops workerd. */
    stop: () => miniflare.dispose(),
  }
  if (waitHealthy) await healthy(parties)
  return parties
}

/** The parties that somebody else started at this port, as far as they are asked from outside. */
export const partiesAt = port => ({
  port,
  domain: domainOf,
  /** @type {(host: string, path: string, init?: object) => ReturnType<typeof fetchFrom>} */
  fetch: (host, path, init) => fetchFrom(port, host, path, init),
})

const partyOf = id => PARTIES.find(party => party.id === id)

const domainOf = id => partyOf(id).domain

const className = ({ role }) =>
  `${role
    .split('-')
    .map(word => word[0].toUpperCase() + word.slice(1))
    .join('')}Book`

/** Where the tables of a party rest. */
export const tablesFolder = (persist, id) => join(persist, 'do', `${id}-${className(partyOf(id))}`)

async function sqlOf(persist, id, query) {
  const { DatabaseSync } = await import('node:sqlite')
  const folder = tablesFolder(persist, id)
  const files = readdirSync(folder).filter(name => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
  return files.flatMap(file => {
    const database = new DatabaseSync(join(folder, file), { readOnly: true })
    try {
      return database.prepare(query).all()
    } finally {
      database.close()
    }
  })
}

function heldBy(persist, id) {
  const folder = tablesFolder(persist, id)
  return readdirSync(folder).map(name => ({ name, bytes: readFileSync(join(folder, name)) }))
}

/** A service in Node that receives what the road recorded. */
function recording(keep) {
  return async request => {
    const form = await request.formData()
    const bytes = async name => Buffer.from(await form.get(name).arrayBuffer())
    keep({ ...JSON.parse(form.get('about')), request: await bytes('request'), response: await bytes('response') })
    return new Response(null, { status: 204 })
  }
}

/**
 * *.localhost does not resolve in Node: asks 127.0.0.1 under the party's name.
 *
 * @param {number} port
 * @param {string} host
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string>, body?: string | Uint8Array }} [options]
 * @returns {Promise<{ status: number, headers: http.IncomingHttpHeaders, body: Buffer, text(): string, json(): any }>}
 */
function fetchFrom(port, host, path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers: { host: `${host}:${port}`, ...headers } }, response => {
      const pieces = []
      response.on('data', piece => pieces.push(piece))
      response.on('end', () => {
        const bytes = Buffer.concat(pieces)
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: bytes,
          text: () => bytes.toString('utf8'),
          json: () => JSON.parse(bytes.toString('utf8')),
        })
      })
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function healthy(parties, patience = 60_000) {
  const until = Date.now() + patience
  for (const { name, domain } of PARTIES) {
    for (;;) {
      const answer = await parties.fetch(domain, '/health')
      if (answer.status === 200) break
      if (Date.now() > until || answer.status === 500) {
        await parties.stop()
        throw new Stop(`${name} did not come up: ${answer.text().slice(0, 500)}`)
      }
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

/** The port, if nothing listens on it yet; otherwise stops with a sentence. */
export function mustBeFree(port) {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Stop(`Port ${port} is in use: stop what listens there, or choose another with PORT=8788 npm start.`)
          : new Stop(`Port ${port} cannot be opened (${error.code}).`),
      ),
    )
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })
}

/** A port that nothing listens on. */
function freePort() {
  return new Promise(resolve => {
    const probe = net.createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (probe.address())
      probe.close(() => resolve(port))
    })
  })
}
