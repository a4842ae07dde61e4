// My Honey: goods, pages and parcels are this server's own; orders and money are its Tallystick shop's.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Shop, WebhookRefused, verifyWebhook } from '@tallystick/server'
import express from 'express'

const { TALLYSTICK_SHOP, TALLYSTICK_API_KEY, TALLYSTICK_WEBHOOK, PORT = '8950' } = process.env
const HONEY = JSON.parse(readFileSync(join(import.meta.dirname, 'honey.json'), 'utf8'))
const TAX_BASIS_POINTS = 800 // food: 8 %, in the prices

const shop = new Shop({ url: TALLYSTICK_SHOP, apiKey: TALLYSTICK_API_KEY })
const latest = new Map() // the latest event of each order; a real shop has a table for it

const app = express()
app.use(express.static(join(import.meta.dirname, 'public')))
app.use('/tallystick', express.static(dirname(fileURLToPath(import.meta.resolve('@tallystick/page')))))
app.get('/honey', (request, response) => response.json(HONEY))

// The page sends what is in the basket, and no price: prices are ours.
app.post('/checkout', express.json({ limit: '4kb' }), async (request, response) => {
  const lines = HONEY.filter(({ sku }) => request.body?.[sku] > 0).map(({ sku, name, unit_price_minor }) => {
    return { sku, name, unit_price_minor, quantity: request.body[sku], tax_basis_points: TAX_BASIS_POINTS }
  })
  const { form, order_reference } = await shop.createForm({ lines })
  response.json({ form, order_reference })
})

// What happens to orders, signed by the shop. The body is verified as it came, so it is not parsed before.
app.post('/webhook', express.raw({ type: 'application/json', limit: '64kb' }), async (request, response) => {
  const { method, headers, body } = request
  const event = await verifyWebhook({ method, url: TALLYSTICK_WEBHOOK, headers, body }, shop.webhookKey)
  // It may come twice, and late: ids of events follow each other as the events did.
  if (event.id > (latest.get(event.order)?.id ?? '')) latest.set(event.order, event)
  console.log(`${event.type} ${event.order}`)
  response.sendStatus(204)
})

app.get('/orders/:number', (request, response) => {
  response.json({ state: latest.get(request.params.number)?.state ?? 'received' })
})

// What went wrong is written down here; whoever asked learns only that it did.
app.use((error, request, response, next) => {
  if (response.headersSent) return next(error)
  console.error(`${request.method} ${request.path}: ${error.message}${error.field ? ` (${error.field})` : ''}`)
  response.sendStatus(error instanceof WebhookRefused ? 401 : error.status === 422 || error.status === 400 ? 400 : 502)
})

app.listen(Number(PORT), () => console.log(`My Honey is open: http://my-honey.localhost:${PORT}`))
