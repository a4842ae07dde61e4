import { mountLink } from './mount.ts'

mountLink('claim')
