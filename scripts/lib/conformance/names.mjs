// The names of tests that ran and passed, and of those that were there and did not run, from what each runner prints.

// eslint-disable-next-line no-control-regex -- colours of the terminal begin with one
const COLOUR = /\x1b\[[0-9;]*m/g

const all = (output, pattern) => [...output.replace(COLOUR, '').matchAll(pattern)].map(([, name]) => name)
/** Rust's tests have their modules in front. */
const withoutModules = name => name.split('::').at(-1)

/** `cargo test` and wasm-bindgen's runner: "test module::t002_5_… ... ok", with what it should do before the dots. */
export const cargoNames = output => ({
  passed: all(output, /^test (\S+)(?: - should panic)? \.\.\. ok\r?$/gm).map(withoutModules),
  skipped: all(output, /^test (\S+)(?: - should panic)? \.\.\. ignored(?:,.*)?\r?$/gm).map(withoutModules),
})

/** `node --test`: "✔ t002_5 … (12.3ms)", "﹣ … (0.1ms) # why". What is still to be done passes in vain, and is neither. */
export const nodeNames = output => ({
  passed: all(output, /^ *✔ (.*) \([\d.]+ms\)$/gm),
  skipped: all(output, /^ *﹣ (.*) \([\d.]+ms\) # .*$/gm),
})
