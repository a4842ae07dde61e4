//! Tallystick: wallet.
