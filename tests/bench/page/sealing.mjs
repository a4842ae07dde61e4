// The page in which sealing is measured.
import init, * as wasm from 'tallystick-bench'
import { PARTIES, fromIdentifiers, withReadyKeys } from './candidates.mjs'
import { sideBySide, stepByStep } from './measure.mjs'

const PAYLOAD_BYTES = 300

globalThis.measureSealing = async rounds => {
  await init({ module_or_path: 'tallystick_bench_bg.wasm' })
  const payloads = [0, 1, 2].map(() => crypto.getRandomValues(new Uint8Array(PAYLOAD_BYTES)))
  const bound = candidates => Object.fromEntries(Object.entries(candidates).map(([name, seal]) => [name, () => seal(payloads)]))
  const ready = await sideBySide(bound(await withReadyKeys(wasm)), { rounds: rounds.ready })
  const names = await sideBySide(bound(await fromIdentifiers(wasm)), { rounds: rounds.names })
  const order = new wasm.CompleteOrder(PARTIES)
  let bytes = 0
  const steps = stepByStep(
    {
      pin: () => order.present_pin(),
      leaves: () => order.split(),
      signature: () => order.sign(),
      keys: () => order.derive(),
      seal: () => (bytes = order.seal().length),
    },
    { rounds: rounds.order, apart: 'pin' },
  )
  return { parties: PARTIES, isolated: crossOriginIsolated, ready, names, order: steps, orderBytes: bytes }
}
