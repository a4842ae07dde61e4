// The paired readers as pages are told of them.

import type { ReaderView as SeenReader } from '../wasm/reader/pkg/tallystick_readers.js'

export type { CardInReader } from '../wasm/reader/pkg/tallystick_readers.js'

/** `working`: its card is carrying out a command of this wallet. */
export type ReaderState = SeenReader['state'] | 'working'

export type ReaderView = Omit<SeenReader, 'state'> & { state: ReaderState }

/** Which devices the browser's choosers offer. */
export interface ReaderFilters {
  hid: object[]
  usb: object[]
}
