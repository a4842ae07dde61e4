// What of a network a test has, beside the parties.
import http from 'node:http'
import { networkInterfaces } from 'node:os'

/** Why two browsers of this machine cannot connect directly; false if they can. */
export const noLocalNetwork =
  Object.values(networkInterfaces()).every(addresses => addresses?.every(({ internal }) => internal)) &&
  'This machine is in no network, not even a local one.'

/**
 * Listens where the parties were, once they are stopped, and hangs up on everybody. Resolves to { asked, close() }: `asked` are the hosts and
 * paths that were asked for.
 */
export async function silenceAt(port) {
  const asked = []
  const server = http.createServer(({ headers, url, socket }) => {
    asked.push(`${headers.host}${url}`)
    socket.destroy()
  })
  await new Promise(resolve => server.listen(port, '127.0.0.1', () => resolve(undefined)))
  return { asked, close: () => server.close() }
}
