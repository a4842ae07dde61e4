import { mountPartyHome } from '../shared/party/mount.ts'

mountPartyHome({ role: 'security-server', name: 'Kazaguruma Security' })
