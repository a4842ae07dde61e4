// A site of a few files on 127.0.0.1, isolated from other origins.
import http from 'node:http'

/**
 * Serves { path: { type, body } } on a free port; resolves to { url, port, close() }.
 *
 * @param {Record<string, { type: string, body: string | Buffer }>} files
 * @param {http.OutgoingHttpHeaders} [headers]
 * @returns {Promise<{ url: string, port: number, close(): Promise<unknown> }>}
 */
export function serve(files, headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }) {
  const server = http.createServer((request, response) => {
    const file = files[new URL(request.url, 'http://site').pathname]
    if (!file) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': file.type, ...headers }).end(file.body)
  })
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      const close = () =>
        new Promise(done => {
          server.close(done)
          server.closeAllConnections()
        })
      resolve({ url: `http://127.0.0.1:${port}/`, port, close })
    }),
  )
}
