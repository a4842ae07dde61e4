//! Tallystick: worker.
