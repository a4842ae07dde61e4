// Shows a page of the extension with a made-up wallet behind it: preview.html?page=approve&scene=asked
// For looking at and for accessibility checks only; no build includes this folder.

import { installChromeDouble } from './chrome-double'
import { SCENES } from './scenes'

const query = new URLSearchParams(location.search)
const scene = SCENES[query.get('scene') ?? '']
if (scene) {
  installChromeDouble(scene)
  const starts = import.meta.glob('../features/*/*.ts')
  const start = Object.keys(starts).find(path => path.endsWith(`/${query.get('page')}.ts`))
  if (start) await starts[start]?.()
}
