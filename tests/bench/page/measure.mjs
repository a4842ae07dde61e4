// Measures functions beside each other: in rounds, each round one batch of each in another order, so
// that whatever disturbs the machine disturbs all of them.

/** Rounds that do not count: V8 compiles WebAssembly anew, and better, while it runs hot. */
const WARM_UP = 20
/** How long a batch lasts at least: far above the resolution of the clock. */
const BATCH_MS = 8

/** Resolves to { name: [milliseconds for one call, a number for each round] }. */
export async function sideBySide(candidates, { rounds, warmUp = WARM_UP }) {
  const names = Object.keys(candidates)
  const counts = {}
  for (const name of names) counts[name] = await callsPerBatch(candidates[name])
  const times = Object.fromEntries(names.map(name => [name, []]))
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of shuffled(names)) {
      const ms = await batch(candidates[name], counts[name])
      if (round >= 0) times[name].push(ms / counts[name])
    }
  }
  return times
}

/** Resolves to { step: [milliseconds, a number for each run] } and, as `whole`, all steps but `apart` together. */
export function stepByStep(steps, { rounds, apart, warmUp = WARM_UP }) {
  const times = Object.fromEntries([...Object.keys(steps), 'whole'].map(name => [name, []]))
  for (let round = -warmUp; round < rounds; round++) {
    let whole = 0
    for (const [name, step] of Object.entries(steps)) {
      const since = performance.now()
      step()
      const ms = performance.now() - since
      if (name !== apart) whole += ms
      if (round >= 0) times[name].push(ms)
    }
    if (round >= 0) times.whole.push(whole)
  }
  return times
}

async function callsPerBatch(call) {
  for (let count = 1; ; count *= 2) if ((await batch(call, count)) >= BATCH_MS) return count
}

async function batch(call, count) {
  const since = performance.now()
  for (let i = 0; i < count; i++) await call()
  return performance.now() - since
}

function shuffled(names) {
  const order = [...names]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
