//! The number under which value waits at the bank for a purse ([`Endpoint::Waiting`](super::Endpoint::Waiting)). It
//! follows from whoever brought it, and nobody can choose it: under a number of the sender's choice a transfer could
//! stand in the way of a refund.

use sha2::{Digest, Sha256};

use super::PurseNumber;
use crate::wire::identifier::{Root, TransactionId};
use crate::wire::registry::context;

/// The number of what a movement brings: SHA-256 over the context string, the purse that asked for the movement
/// (16 bytes) and the movement's number (32 bytes).
#[must_use]
pub fn number_of_transfer(asked_by: &PurseNumber, transaction: &TransactionId) -> TransactionId {
    hash(context::WAITING_TRANSFER, &[&asked_by.0, &transaction.0])
}

/// The number of what a refund brings: SHA-256 over the context string, the order's root (32 bytes) and the refund's
/// number (4 bytes, big-endian).
#[must_use]
pub fn number_of_refund(root: &Root, number: u32) -> TransactionId {
    hash(context::WAITING_REFUND, &[&root.0, &number.to_be_bytes()])
}

fn hash(context: &str, parts: &[&[u8]]) -> TransactionId {
    let mut hash = Sha256::new().chain_update(context);
    parts.iter().for_each(|part| hash.update(part));
    TransactionId(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sends_value_under_the_number_of_a_refund_or_of_another_purse() {
        let [ours, theirs] = [PurseNumber([1; 16]), PurseNumber([2; 16])];
        let refund = number_of_refund(&Root([7; 32]), 1);
        assert_ne!(refund, number_of_refund(&Root([7; 32]), 2));
        assert_ne!(refund, number_of_transfer(&ours, &refund));
        let transfer = number_of_transfer(&ours, &TransactionId([3; 32]));
        assert_ne!(
            transfer,
            number_of_transfer(&theirs, &TransactionId([3; 32]))
        );
        assert_ne!(transfer, TransactionId([3; 32]));
    }
}
