// Pairing: only the browser's own chooser gives a device to the wallet, and only at a click on one
// of the wallet's pages. Everything after that is the service worker's.

import type { WalletProblem } from '../messages'
import type { ReaderFilters } from '../reader-types'

export type Bus = keyof ReaderFilters

/** What navigator.hid and navigator.usb have in common. */
interface DeviceChooser extends EventTarget {
  requestDevice(options: { filters: object[] }): Promise<unknown>
}

const chooserOf = (bus: Bus): DeviceChooser | undefined => (navigator as unknown as Partial<Record<Bus, DeviceChooser>>)[bus]

/** The buses this browser opens to extensions: both in Chromium, neither in Firefox and Safari. */
export const BUSES: Bus[] = (['hid', 'usb'] as const).filter(bus => chooserOf(bus))

/** A fault of pairing, with the words of the catalogue. */
const problem = (kind: string, details = ''): WalletProblem => ({ kind, details })

/** This browser opens no readers at all. */
export const NO_READERS_HERE = problem('browser-without-readers', 'navigator.hid and navigator.usb are missing')

/**
 * Opens the browser's chooser; needs a click. Returns what went wrong, or nothing when the holder
 * has chosen a device.
 */
export async function choose(bus: Bus, filters: ReaderFilters): Promise<WalletProblem | undefined> {
  try {
    const chosen = await chooserOf(bus)?.requestDevice({ filters: filters[bus] })
    // WebHID gives an empty list where WebUSB throws.
    return Array.isArray(chosen) && chosen.length === 0 ? problem('reader-not-chosen') : undefined
  } catch (error) {
    const { name, message } = error as DOMException
    return name === 'NotFoundError' ? problem('reader-not-chosen', message) : problem('chooser-refused', message)
  }
}

/** Calls `listener` whenever a paired device is plugged in or out; the returned function ends that. */
export function onPlugged(listener: () => void): () => void {
  const choosers = BUSES.map(chooserOf)
  for (const chooser of choosers) for (const event of ['connect', 'disconnect']) chooser?.addEventListener(event, listener)
  return () => {
    for (const chooser of choosers) for (const event of ['connect', 'disconnect']) chooser?.removeEventListener(event, listener)
  }
}
