import { t } from '../shared/console/words.ts'
import { mountPartyHome } from '../shared/party/mount.ts'

mountPartyHome({
  role: 'ca',
  name: 'Tallystick CA',
  download: { href: '/v1/root.cer', words: t('rootCertificate') },
})
