// Loads the module that talks to card readers: only when readers are first asked for, since most
// wallets never see one.

import init, { Readers } from '../../wasm/reader/pkg/tallystick_readers.js'
import type { ReaderModule } from './readers'

export async function openReaders(): Promise<ReaderModule> {
  await init()
  const readers = new Readers()
  return {
    filters: () => Readers.filters(),
    list: () => readers.list(),
    power: () => readers.power(),
    forget: id => readers.forget(id),
  }
}

/** How long the browser may take to say which devices there are. */
const DEVICES_WAIT_MS = 2_000

/** Whether the browser gives the wallet any device; one that does not say may: the module then has the words. */
export async function anyPaired(): Promise<boolean> {
  const { hid, usb } = navigator as Partial<Record<'hid' | 'usb', { getDevices(): Promise<unknown[]> }>>
  const devices = Promise.all([hid?.getDevices(), usb?.getDevices()]).then(all => all.flat().some(Boolean))
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>(resolve => (timer = setTimeout(() => resolve(true), DEVICES_WAIT_MS)))
  return Promise.race([devices, late]).finally(() => clearTimeout(timer))
}
