// The store's goods, as `GET /v1/catalogue` lists them.
import { getJson } from '../shared/http.ts'
import { inLanguage, type Name } from '../shared/i18n/names.ts'

export type Category = 'tea' | 'ware' | 'books'
export const CATEGORIES: readonly Category[] = ['tea', 'ware', 'books']

export interface Product {
  sku: string
  name: string
  description: string
  unit: string
  price_minor: number
  /** How many are left; `Infinity` if nobody counts them. */
  stock: number
  category: Category
  image: string
  /** The store hands it over itself, in the buyer's wallet. */
  byShop: boolean
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

/** The catalogue as the store's computer says it: texts in several languages, and what may be missing. */
type Said = Omit<Catalogue, 'store' | 'couriers' | 'products'> & {
  store: Omit<Catalogue['store'], 'tagline'> & { tagline: Name | null }
  couriers: (Omit<Courier, 'name'> & { name: Name })[]
  products: (Pick<Product, 'sku' | 'price_minor'> & {
    name: Name
    description?: Name
    unit?: Name
    stock: number | null
    category?: Category
    image?: string
    without_courier?: 'by-shop'
  })[]
}

export const shelves = $state<{ catalogue: Catalogue | null; failed: boolean }>({
  catalogue: null,
  failed: false,
})

/** Reads the catalogue again; what is already shown stays until the new one has come. */
export async function loadCatalogue(): Promise<void> {
  try {
    shelves.catalogue = inWords(await getJson<Said>('/v1/catalogue'))
    shelves.failed = false
  } catch {
    shelves.failed = true
  }
}

export function productOf(sku: string): Product | undefined {
  return shelves.catalogue?.products.find(product => product.sku === sku)
}

/** The catalogue as its reader should see it. */
function inWords(said: Said): Catalogue {
  const { store, couriers, products } = said
  return {
    ...said,
    store: { ...store, tagline: store.tagline ? inLanguage(store.tagline) : '' },
    couriers: couriers.map(courier => ({ ...courier, name: inLanguage(courier.name) })),
    products: products.map(product => ({
      ...product,
      name: inLanguage(product.name),
      description: product.description ? inLanguage(product.description) : '',
      unit: product.unit ? inLanguage(product.unit) : '',
      stock: product.stock ?? Infinity,
      category: product.category ?? CATEGORIES[0] ?? 'tea',
      image: product.image ?? '',
      byShop: product.without_courier === 'by-shop',
    })),
  }
}
