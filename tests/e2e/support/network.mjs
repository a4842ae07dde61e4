// What of a network a test has, beside the parties.
import http from 'node:http'
import { BlockList } from 'node:net'
import { networkInterfaces } from 'node:os'

/** Networks that no router of the internet passes on (RFC 6890), as `extension/features/purse/between/pairing.ts` has them. */
const local = new BlockList()
for (const network of ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15'])
  local.addSubnet(network.split('/')[0], Number(network.split('/')[1]), 'ipv4')
for (const network of ['fc00::/7', 'fe80::/10', '2001:db8::/32'])
  local.addSubnet(network.split('/')[0], Number(network.split('/')[1]), 'ipv6')

const isLocal = ({ internal, address, family }) => !internal && local.check(address, family === 'IPv6' ? 'ipv6' : 'ipv4')

/** Why two browsers of this machine cannot connect directly; false if they can. */
export const noLocalNetwork = !Object.values(networkInterfaces()).flat().some(isLocal) && 'This machine is in no local network.'

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
