//! The settlement applet at its boundary; a test key plays the security server.

mod orders;
mod personalising;
mod power;
mod relayed;
mod taps;
pub(super) mod world;
