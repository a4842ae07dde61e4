// Whose page this is: the issuers of the demo share their pages and differ in name and looks.
import { nameOf, ownName } from '../shared/neighbours.ts'
import sun from './art/sun.svg?url'
import plum from './art/plum.svg?url'

export const look = ownName('asahi-card') === 'ume-card' ? 'plum' : 'sun'
export const issuer = nameOf(ownName('asahi-card'))
export const seal = { sun, plum }[look]
