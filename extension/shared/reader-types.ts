// The paired readers as pages are told of them.

import type { ReaderView as SeenReader } from '../../wasm/reader/pkg/tallystick_readers.js'

export type { CardInReader } from '../../wasm/reader/pkg/tallystick_readers.js'

/** `absent`: it was there before and is not plugged in now. */
export type ReaderState = SeenReader['state'] | 'absent'

export type ReaderView = Omit<SeenReader, 'state'> & { state: ReaderState }

/** Which devices the browser's choosers offer. */
export interface ReaderFilters {
  hid: object[]
  usb: object[]
}
