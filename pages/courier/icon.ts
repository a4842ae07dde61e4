// The couriers of the demo share their pages, and each has its own bird.
import { ownName } from '../shared/neighbours.ts'
import hayate from './art/hayate.svg?url'
import tsubame from './art/tsubame.svg?url'

const bird = ownName('hayate') === 'tsubame' ? tsubame : hayate
document.querySelector<HTMLLinkElement>('link[rel=icon]')?.setAttribute('href', bird)
