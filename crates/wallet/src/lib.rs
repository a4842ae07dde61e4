//! What the holder's side does: onboarding, sealing, addresses, and purchases from the shop's form
//! to the courier's label.
//!
//! The wallet runs over [`ports`]: the browser supplies storage, network and time, tests supply
//! their own. Every secret sits in a card, reached by APDUs; what rests on disk is [`sealing`]'s
//! matter. Each step of a purchase is persisted before the next begins.

pub mod catalogue;
pub mod error;
pub mod exclusive;
pub mod party_url;
pub mod ports;
pub mod sealing;
#[cfg(test)]
mod testing;
pub mod view;

pub use error::{ErrorKind, WalletError};
