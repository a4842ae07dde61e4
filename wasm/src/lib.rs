//! Tallystick: wasm.
