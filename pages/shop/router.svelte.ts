// Which page is open, read from the part of the address after `#`, so that every page can be
// reloaded and bookmarked.
import { CATEGORIES, type Category } from './catalogue.svelte.ts'

export type Route =
  | { page: 'home'; category: Category | null }
  | { page: 'product'; sku: string }
  | { page: 'basket' }
  | { page: 'checkout' }
  | { page: 'order'; form: string | null }
  | { page: 'paying' }
  | { page: 'missing' }

/** An order's page is named by its form's digest: 32 bytes, written as 64 hexadecimal digits. */
const FORM_DIGEST = /^[0-9a-f]{64}$/

export function routeOf(hash: string): Route {
  const [first = '', second = ''] = hash.replace(/^#?\/?/, '').split('/')
  const category = CATEGORIES.find(name => name === first)
  if (first === '') return { page: 'home', category: null }
  if (category) return { page: 'home', category }
  switch (first) {
    case 'product':
      return { page: 'product', sku: second }
    case 'basket':
    case 'checkout':
    case 'paying':
      return { page: first }
    case 'order':
      return { page: 'order', form: FORM_DIGEST.test(second) ? second : null }
    default:
      return { page: 'missing' }
  }
}

export const router = $state<{ route: Route }>({ route: routeOf(location.hash) })

addEventListener('hashchange', () => {
  router.route = routeOf(location.hash)
})

export const orderLink = (form: string) => `#/order/${form}`
export const productLink = (sku: string) => `#/product/${sku}`
