// A camera of Chromium's own making that films what a test shows it: a file in the form YUV4MPEG2, without colours.
import { writeFileSync } from 'node:fs'

/** How many times larger than on the screen a picture comes before the camera. */
const SCALE = 2

/** How a browser is started whose camera films the picture in `file`, once there is one. */
export const cameraOf = file => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
]

/** Holds what a locator shows before the camera that films `file`. */
export async function film(shown, file) {
  const picture = (await shown.screenshot()).toString('base64')
  const { width, height, luma } = await shown.page().evaluate(lumaOf, [picture, SCALE])
  const colours = Buffer.alloc((width / 2) * (height / 2) * 2, 128)
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.from(luma, 'base64'), colours])
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip C420jpeg\n`), frame, frame]))
}

/** In the page: how bright each point of a PNG is. */
async function lumaOf([picture, scale]) {
  const bytes = Uint8Array.from(atob(picture), character => character.charCodeAt(0))
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const [width, height] = [bitmap.width, bitmap.height].map(length => Math.floor((length * scale) / 4) * 4)
  const canvas = new OffscreenCanvas(width, height)
  const onto = canvas.getContext('2d')
  onto.imageSmoothingEnabled = false
  onto.drawImage(bitmap, 0, 0, width, height)
  const { data } = onto.getImageData(0, 0, width, height)
  let luma = ''
  for (let place = 0; place < data.length; place += 4) luma += String.fromCharCode(data[place])
  return { width, height, luma: btoa(luma) }
}
