// The demo's catalogues: what each shop of the demo sells, loaded as a merchant loads one.
import { existsSync, readFileSync } from 'node:fs'
import { at } from './paths.mjs'
import { Stop } from './say.mjs'

/** Where a shop's goods are read and written, for whoever shows one of its API keys. */
export const CATALOGUE_PATH = '/v1/merchant/catalogue'

/** The file with what the shop at this domain sells, if the demo has one: `kiso-tea.localhost` has `kiso-tea.json`. */
function fileOf(domain) {
  const file = at(`worker/demo/catalogues/${domain.split('.')[0]}.json`)
  return existsSync(file) ? file : undefined
}

/**
 * Gives a shop of the demo its catalogue. Of a product that it has already, what is left stays: only what is new gets the
 * stock that stands in the file.
 *
 * @param {(host: string, path: string, init?: object) => Promise<{ status: number, text(): string, json(): any }>} fetch
 * @param {string} domain
 * @param {string} apiKey
 */
export async function loadCatalogue(fetch, domain, apiKey) {
  const file = fileOf(domain)
  if (!file) return
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
  const before = await fetch(domain, CATALOGUE_PATH, { headers })
  if (before.status !== 200) throw new Stop(`${domain} does not show its catalogue: ${before.text().slice(0, 500)}`)
  const known = new Set(before.json().products.map(({ sku }) => sku))
  const { tagline, products } = JSON.parse(readFileSync(file, 'utf8'))
  const sold = products.map(({ stock, ...product }) => (known.has(product.sku) ? product : { ...product, stock }))
  const answer = await fetch(domain, CATALOGUE_PATH, { method: 'PUT', headers, body: JSON.stringify({ tagline, products: sold }) })
  if (answer.status !== 200) throw new Stop(`${domain} does not take its catalogue: ${answer.text().slice(0, 500)}`)
}
