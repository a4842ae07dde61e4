// Draws the secret keys of links in this browser, which alone has them. Of 100,000 keys WebCrypto's own take some ten seconds;
// one seed for all of them would be quicker to keep and worth all of them to whoever sees it.
import type { Link } from './link.ts'

const KEY = { name: 'ECDSA', namedCurve: 'P-256' }
/** What the hash of a link's public key is made for (`claim-key` in the protocol's registry). */
const CONTEXT = new TextEncoder().encode('tallystick/v1/claim-key')
/** How many are drawn side by side: the browser has threads for it. */
const AT_ONCE = 64
/** How often it is said how far it is. */
const EACH = 500

const hex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(text, character => character.charCodeAt(0))
}

/** The number of the coupon that a link of a campaign brings: the campaign's first byte, and 15 of what the office knows the link by. */
export const couponOf = (campaign: string, claim: string): string => campaign.slice(0, 2) + claim.slice(0, 30)

async function drawOne(campaign: string): Promise<Link> {
  const pair = await crypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
  const { x = '', y = '', d: secret = '' } = await crypto.subtle.exportKey('jwk', pair.privateKey)
  const odd = (bytesOf(y).at(-1) ?? 0) & 1
  // The public key as SEC 1 writes it short: 2 or 3, and x.
  const hashed = new Uint8Array([...CONTEXT, 2 + odd, ...bytesOf(x)])
  const claim = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', hashed)))
  return { coupon: couponOf(campaign, claim), claim, secret }
}

/** Draws so many links of a campaign, and says now and then how many there are. */
export async function drawLinks(campaign: string, count: number, drawn: (count: number) => void): Promise<Link[]> {
  const links: Link[] = []
  let begun = 0
  const draw = async () => {
    while (begun < count) {
      begun++
      links.push(await drawOne(campaign))
      if (links.length % EACH === 0) drawn(links.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, draw))
  return links
}
