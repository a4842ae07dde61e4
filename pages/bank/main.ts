import { nameOf, ownName } from '../shared/neighbours.ts'
import { mountPartyHome } from '../shared/party/mount.ts'

const name = nameOf(ownName('midori-bank'))
document.title = name
mountPartyHome({ role: 'bank', name })
