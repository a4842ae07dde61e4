// The one function behind a static page: it has an order form made, and hears what became of orders. It is written for what the web's
// own standards give, so it runs on Cloudflare Workers, Deno, Bun and whatever else calls `fetch(request, env)`.
import { Problem, Shop, WebhookRefused, verifyWebhook } from '@tallystick/server'

/** What the page sells; its price is said here, not by the page. */
const PEAR = { sku: 'pear', name: { en: 'A box of pears', ja: '梨一箱' }, quantity: 1, unit_price_minor: 3200, tax_basis_points: 800 }

let shop
/** One for all requests, for it remembers the keys of webhooks. */
const shopOf = env => (shop ??= new Shop({ url: env.TALLYSTICK_SHOP, apiKey: env.TALLYSTICK_API_KEY }))

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (request.method !== 'POST') return new Response('Not found.', { status: 404 })
    try {
      if (pathname === '/checkout') return await checkout(env)
      if (pathname === '/webhook') return await webhook(request, env)
      return new Response('Not found.', { status: 404 })
    } catch (error) {
      if (error instanceof WebhookRefused) return new Response(null, { status: 401 })
      if (!(error instanceof Problem)) throw error
      console.error(error.message)
      return new Response(null, { status: 502 })
    }
  },
}

async function checkout(env) {
  const { form, order_reference } = await shopOf(env).createForm({ lines: [PEAR] })
  return Response.json({ form, order_reference })
}

async function webhook(request, env) {
  const event = await verifyWebhook(request, shopOf(env).webhookKey)
  console.log(`${event.type} ${event.order}`)
  return new Response(null, { status: 204 })
}
