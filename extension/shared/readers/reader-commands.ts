// Commands that give the holder a reader which Linux keeps. docs/cards.md says the same.

import type { Key } from '../../i18n'
import type { ReaderView } from '../reader-types'

/** What to copy into a terminal, and the words before it. */
export interface Command {
  words: Key
  line: string
}

/** The rule must come before the one that acts on its tag (73-seat-late). */
const RULES = '/etc/udev/rules.d/70-tallystick-'
const RELOAD = 'sudo udevadm control --reload && sudo udevadm trigger'

/** What helps with a reader that is as it is, in the browser that calls itself that; nothing outside Linux. */
export function commandFor({ id, dialect, state }: Pick<ReaderView, 'id' | 'dialect' | 'state'>, userAgent: string): Command | undefined {
  if (!userAgent.includes('Linux') || userAgent.includes('Android')) return undefined
  if (state === 'held' && dialect === 'rc-s380') return { words: 'readers.command.port100', line: blacklist('port100') }
  if (state !== 'no-access' && state !== 'not-opened') return undefined
  const [bus, vendor] = id.split('-')
  return vendor ? { words: 'readers.command.access', line: rule(bus === 'hid', vendor) } : undefined
}

function rule(hid: boolean, vendor: string): string {
  const device = hid ? `KERNEL=="hidraw*", ATTRS{idVendor}=="${vendor}"` : `SUBSYSTEM=="usb", ATTR{idVendor}=="${vendor}"`
  return `echo '${device}, TAG+="uaccess"' | sudo tee ${RULES}${vendor}.rules && ${RELOAD}`
}

function blacklist(driver: string): string {
  return `echo 'blacklist ${driver}' | sudo tee /etc/modprobe.d/tallystick-${driver}.conf; sudo modprobe -r ${driver}`
}
