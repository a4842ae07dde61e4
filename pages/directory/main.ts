import { t } from '../shared/console/words.ts'
import { mountPartyHome } from '../shared/party/mount.ts'

mountPartyHome({
  role: 'directory',
  name: 'Tallystick Directory',
  download: { href: '/v1/crl', words: t('revocationList') },
})
