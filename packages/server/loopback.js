// Names under .localhost are this machine (RFC 6761, 6.3). Browsers know that; the resolver under Node often does not,
// and fetch takes no Host header, so such a name is asked at 127.0.0.1 here.
import { request } from 'node:http'

/** As fetch, for http://NAME.localhost; undefined for every other address. */
export function loopback(url, { method, headers, body, signal }) {
  if (url.protocol !== 'http:' || !/(^|\.)localhost$/.test(url.hostname)) return undefined
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: url.port || 80, path: url.pathname + url.search, method, signal }
    const asked = request({ ...options, headers: { ...headers, host: url.host } }, answer => {
      const pieces = []
      answer.on('data', piece => pieces.push(piece))
      answer.on('error', reject)
      answer.on('end', () => {
        const { statusCode: status, headers } = answer
        const empty = [204, 205, 304].includes(status)
        resolve(new Response(empty ? null : Buffer.concat(pieces), { status, headers: flat(headers) }))
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const flat = headers => Object.entries(headers).map(([name, value]) => [name, String(value)])
