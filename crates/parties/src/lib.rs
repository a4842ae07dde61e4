//! Tallystick: parties.
