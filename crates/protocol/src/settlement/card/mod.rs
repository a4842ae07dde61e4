//! What the security server and a card say to each other in the [channel](super::channel), what proves that a card has
//! done something, and what a card is personalised with.

mod identity;
mod order;
mod personalisation;
mod record;
#[cfg(test)]
mod tests;

pub use identity::{Alias, CardIdentifier};
pub use order::{CardAnswer, CardOrder, CardRefusal, CardReport};
pub use personalisation::{CardLabel, CardPersonalisation, KEY_VERSION_MAX};
pub use record::{Transaction, TransactionKind, TransactionRecord};

/// The most that a card holds, in minor units.
pub const BALANCE_MAX: u64 = 1_000_000_000;
/// The longest of these values, encoded, in bytes.
pub const VALUE_BYTES_MAX: usize = super::channel::RESPONSE_DATA_MAX;
