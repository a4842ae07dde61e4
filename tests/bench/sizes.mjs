// What a person downloads.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { at } from '../../scripts/lib/paths.mjs'

/** Sizes in bytes, raw and gzipped, of what is shipped. */
export function sizes(extension, zip) {
  return {
    'The wallet’s WebAssembly': of([at('wasm/pkg/tallystick_wasm_bg.wasm')]),
    'The software card’s WebAssembly': of([at('wasm/card/pkg/tallystick_software_card_bg.wasm')]),
    'The card readers’ WebAssembly': of([at('wasm/reader/pkg/tallystick_readers_bg.wasm')]),
    'The extension’s scripts': of(filesIn(extension).filter(name => name.endsWith('.js'))),
    'The extension’s styles': of(filesIn(extension).filter(name => name.endsWith('.css'))),
    'The extension as a zip': { bytes: zip, gzipped: null },
    'The script for shops’ pages': of([at('packages/page/tallystick.js')]),
    'The workers of all parties (WebAssembly)': existsSync(at('worker/build/all-roles/index_bg.wasm'))
      ? of([at('worker/build/all-roles/index_bg.wasm')])
      : null,
  }
}

function of(files) {
  const contents = files.map(file => readFileSync(file))
  const sum = numbers => numbers.reduce((total, number) => total + number, 0)
  return { bytes: sum(contents.map(bytes => bytes.length)), gzipped: sum(contents.map(bytes => gzipSync(bytes, { level: 9 }).length)) }
}

const filesIn = folder =>
  readdirSync(folder).flatMap(name => (statSync(join(folder, name)).isDirectory() ? filesIn(join(folder, name)) : [join(folder, name)]))
