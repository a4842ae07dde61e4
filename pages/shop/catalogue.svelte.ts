// The store's goods, as `GET /v1/catalogue` lists them.
import { getJson } from '../shared/http.ts'
import { goods } from './words.ts'

export type Category = 'tea' | 'ware' | 'books'
export const CATEGORIES: readonly Category[] = ['tea', 'ware', 'books']

export interface Product {
  sku: string
  name: string
  description: string
  unit: string
  price_minor: number
  stock: number
  category: Category
  image: string
}

/** Who delivers, for how much, and in how many days at the earliest and the latest. */
export interface Courier {
  domain: string
  name: string
  price_minor: number
  days_min: number
  days_max: number
}

export interface Catalogue {
  store: { name: string; domain: string; tagline: string }
  currency: string
  couriers: Courier[]
  /** How an order can be paid: names of instruments. */
  instruments: string[]
  /** Whose cards the store takes, by domain. */
  issuers: string[]
  /** Whose coupons, by domain. */
  coupon_offices: string[]
  products: Product[]
}

export const shelves = $state<{ catalogue: Catalogue | null; failed: boolean }>({
  catalogue: null,
  failed: false,
})

/** Reads the catalogue again; what is already shown stays until the new one has come. */
export async function loadCatalogue(): Promise<void> {
  try {
    shelves.catalogue = inWords(await getJson<Catalogue>('/v1/catalogue'))
    shelves.failed = false
  } catch {
    shelves.failed = true
  }
}

export function productOf(sku: string): Product | undefined {
  return shelves.catalogue?.products.find(product => product.sku === sku)
}

/** The catalogue as its reader should see it. */
function inWords(catalogue: Catalogue): Catalogue {
  const products = catalogue.products.map(product => ({
    ...product,
    name: goods(product.name),
    description: goods(product.description),
    unit: goods(product.unit),
  }))
  return { ...catalogue, store: { ...catalogue.store, tagline: goods(catalogue.store.tagline) }, products }
}
