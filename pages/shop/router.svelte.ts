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
  | { page: 'legal' }
  | { page: 'missing' }

/** An order's page is named by its form's reference: 33 bytes in hexadecimal digits, and 32 at release 0.1.0. */
const FORM = /^(?:[0-9a-f]{2})?[0-9a-f]{64}$/

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
    case 'legal':
      return { page: first }
    case 'order':
      return { page: 'order', form: FORM.test(second) ? second : null }
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
