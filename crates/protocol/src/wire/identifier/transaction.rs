//! Which movement of money is meant.

use rand_core::CryptoRng;

use super::bytes32::{identifier_of_32_bytes, shown_as_hex};

/// The number of one movement of money, 32 bytes: drawn by the card that asks for it; an order's root where an
/// order is paid. It is the key by which everybody does it once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(pub [u8; 32]);

identifier_of_32_bytes!(TransactionId);
shown_as_hex!(TransactionId);

impl TransactionId {
    /// A fresh number.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}
