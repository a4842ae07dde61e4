//! Tallystick: card.
