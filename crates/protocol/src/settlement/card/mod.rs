//! What the security server and a card say to each other in the [channel](super::channel), what proves that a card has
//! done something, and what a card is personalised with.

use super::channel::SECURE_CLASS;

mod order;
mod personalisation;
mod record;
#[cfg(test)]
mod tests;

pub use super::identifier::{Alias, CardIdentifier};
pub use order::{CardAnswer, CardOrder, CardRefusal, CardReport};
pub use personalisation::{CardLabel, CardPersonalisation, KEY_VERSION_MAX};
pub use record::{Transaction, TransactionKind, TransactionRecord};

/// READ: what the card is and holds. Nothing is asked; a [`CardReport`] is answered. A header as it goes in the channel.
pub const READ: [u8; 4] = [SECURE_CLASS, 0xd8, 0, 0];
/// DEBIT: a [`CardOrder`]; a [`CardAnswer`].
pub const DEBIT: [u8; 4] = [SECURE_CLASS, 0xda, 0, 0];
/// TOP UP: a [`CardOrder`]; a [`CardAnswer`].
pub const TOP_UP: [u8; 4] = [SECURE_CLASS, 0xdc, 0, 0];
/// ACKNOWLEDGE: the number of the last transaction (an unsigned integer), which is kept in digest only from then on if it is
/// that; a [`CardReport`].
pub const ACKNOWLEDGE: [u8; 4] = [SECURE_CLASS, 0xde, 0, 0];

pub use super::BALANCE_MAX;
/// The longest of these values, encoded, in bytes.
pub const VALUE_BYTES_MAX: usize = super::channel::RESPONSE_DATA_MAX;
