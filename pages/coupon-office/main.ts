import { mountOffice } from './mount.ts'

mountOffice()
