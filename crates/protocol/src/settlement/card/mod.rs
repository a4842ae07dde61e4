//! What the security server and a card say to each other in the [channel](super::channel), what proves that a card has
//! done something, and what a card is personalised with.

mod order;
mod personalisation;
mod record;
#[cfg(test)]
mod tests;

pub use super::identifier::{Alias, CardIdentifier};
pub use order::{CardAnswer, CardOrder, CardRefusal, CardReport};
pub use personalisation::{CardLabel, CardPersonalisation, KEY_VERSION_MAX};
pub use record::{Transaction, TransactionKind, TransactionRecord};

pub use super::BALANCE_MAX;
/// The longest of these values, encoded, in bytes.
pub const VALUE_BYTES_MAX: usize = super::channel::RESPONSE_DATA_MAX;
