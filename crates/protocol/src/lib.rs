//! Tallystick: protocol.
