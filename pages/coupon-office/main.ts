import { mountPartyHome } from '../shared/party/mount.ts'

mountPartyHome({ role: 'coupon-office', name: 'Warifu Coupons' })
