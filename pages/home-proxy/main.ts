import { mountPartyHome } from '../shared/party/mount.ts'

mountPartyHome({ role: 'home-proxy', name: 'Hearth' })
