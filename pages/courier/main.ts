import { mountPartyHome } from '../shared/party/mount.ts'

mountPartyHome({ role: 'courier', name: 'Hayate Courier' })
