import { mountPartyHome } from '../shared/party/mount.ts'

mountPartyHome({ role: 'registration-authority', name: 'Tallystick Registration' })
