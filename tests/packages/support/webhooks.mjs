// Webhooks as the shop sends them, made by Node's own cryptography.
import { createHash, sign } from 'node:crypto'

export const eventOf = (changes = {}) => ({
  id: 'evt-1',
  type: 'order.accepted',
  created_at: '2026-11-29T00:00:00Z',
  order: 'a'.repeat(64),
  order_reference: 'b'.repeat(66),
  state: 'accepted',
  ...changes,
})

const COMPONENTS = ['@method', '@target-uri', 'content-digest', 'content-type']

/**
 * A request as a server receives it, signed by `privateKey` (P-256); what is given differs from what the shop would say.
 *
 * @param {import('node:crypto').KeyObject} privateKey
 * @param {{ url?: string, body?: string, components?: string[], keyid?: string, tag?: string, alg?: string, created?: number }} [changes]
 */
export function webhookOf(privateKey, changes = {}) {
  const { url = 'https://shop.example/webhook', body = JSON.stringify(eventOf()), components = COMPONENTS, ...rest } = changes
  const { keyid = 'one', tag = 'tallystick-webhook', alg = 'ecdsa-p256-sha256' } = rest
  const created = 'created' in rest ? rest.created : Math.floor(Date.now() / 1000)
  const values = {
    '@method': 'POST',
    '@target-uri': url,
    'content-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    'content-type': 'application/json',
  }
  const time = created === undefined ? '' : `created=${created};`
  const parameters = `(${components.map(name => `"${name}"`).join(' ')});${time}keyid="${keyid}";alg="${alg}";tag="${tag}"`
  const base = [...components.map(name => `"${name}": ${values[name]}`), `"@signature-params": ${parameters}`].join('\n')
  const signature = sign('sha256', Buffer.from(base), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64')
  return {
    method: 'POST',
    url,
    body,
    headers: {
      'content-type': values['content-type'],
      'content-digest': values['content-digest'],
      'signature-input': `sig=${parameters}`,
      signature: `sig=:${signature}:`,
    },
  }
}
