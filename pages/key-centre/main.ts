import { mountPartyHome } from '../shared/party/mount.ts'

mountPartyHome({ role: 'key-centre', name: 'Tallystick Key Centre' })
