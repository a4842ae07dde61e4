import { nameOf, ownName } from '../shared/neighbours.ts'
import { mountPartyHome } from '../shared/party/mount.ts'

const name = nameOf(ownName('hayate'))
document.title = name
mountPartyHome({ role: 'courier', name })
