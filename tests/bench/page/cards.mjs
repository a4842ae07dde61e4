// The page in which cards are measured: one of an extension of its own, because WebHID is given to
// extensions without asking again, and isolated from other origins for a fine clock.
import initHost, { CardHost } from 'tallystick-bench'
import initReaders, { Readers } from 'tallystick-readers'
import initCard, { SoftwareCard } from 'tallystick-software-card'
import { CardOnALine } from './card-commands.mjs'

/** Rounds that do not count. */
const WARM_UP = 1

/** Measures the software card and, with `reader`, the card in the paired reader, in turn. */
globalThis.measureCards = async ({ rounds, parties, reader }) => {
  await initHost({ module_or_path: 'tallystick_bench_bg.wasm' })
  const lines = { software: await softwareCard(parties) }
  if (reader) lines.webhid = await cardInReader(parties)
  for (const line of Object.values(lines)) await line.prepare()
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const line of Object.values(lines)) await line.round({ counts: round >= 0 })
  }
  return Object.fromEntries(Object.entries(lines).map(([name, { times, sizes }]) => [name, { times, sizes }]))
}

async function softwareCard(parties) {
  await initCard({ module_or_path: 'tallystick_software_card_bg.wasm' })
  const card = SoftwareCard.blank()
  return new CardOnALine(new CardHost(parties), apdu => {
    const response = new Uint8Array(card.transmit(apdu))
    card.take_response(response)
    return response
  })
}

async function cardInReader(parties) {
  await initReaders({ module_or_path: 'tallystick_readers_bg.wasm' })
  const card = await new Readers().power()
  return new CardOnALine(new CardHost(parties), apdu => card.transmit(apdu), await countedReports())
}

/** Counts the reports of all devices, both ways, as they pass. */
async function countedReports() {
  const reports = { out: 0, in: 0 }
  const { sendReport } = HIDDevice.prototype
  HIDDevice.prototype.sendReport = function (...report) {
    reports.out++
    return sendReport.apply(this, report)
  }
  for (const device of await navigator.hid.getDevices()) device.addEventListener('inputreport', () => reports.in++)
  return reports
}
