import { mountLink } from './mount.ts'

mountLink('campaign')
