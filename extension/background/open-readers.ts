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

/** Whether the browser gives the wallet any device. */
export async function anyPaired(): Promise<boolean> {
  const { hid, usb } = navigator as Partial<Record<'hid' | 'usb', { getDevices(): Promise<unknown[]> }>>
  const devices = await Promise.all([hid?.getDevices(), usb?.getDevices()])
  return devices.flat().some(Boolean)
}
