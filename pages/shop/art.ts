// One drawing a product. The catalogue names it; a product without one shows the shop's seal.
import seal from './art/seal.svg?url'

const files = import.meta.glob<string>('./art/*.svg', { query: '?url', import: 'default', eager: true })

export const artOf = (image: string): string => files[`./art/${image}.svg`] ?? seal
