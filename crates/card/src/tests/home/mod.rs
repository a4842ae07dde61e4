//! The home applet at its boundary: a card at home, a card away, and a proxy and a shop that do whatever a test wants.

mod away;
mod cancel;
mod lending;
mod misuse;
mod order;
mod power_failure;
mod purse;
mod purse_world;
mod run;
mod secrecy;
mod top_up;
pub(super) mod world;
