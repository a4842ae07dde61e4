import { nameOf, ownName } from '../shared/neighbours.ts'
import { mountPartyHome } from '../shared/party/mount.ts'

const name = nameOf(ownName('sumida-bank'))
document.title = name
mountPartyHome({ role: 'bank', name })
