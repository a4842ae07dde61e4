// The issuers of the demo share their pages, and each has its own seal.
import { seal } from './brand.ts'

document.querySelector<HTMLLinkElement>('link[rel=icon]')?.setAttribute('href', seal)
