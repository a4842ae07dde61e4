//! The bill for one card (ST10 to ST12, SIG2).

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::CardIdentifier;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};

/// The security server proposes how a request is to be paid (ST10): by a card that it has read, of which the shop learns nothing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BillProposal {
    /// From the security server to the shop; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// SHA-256 of the shop's signed request ([`signed_digest`](super::signed_digest)).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub request: [u8; 32],
    /// What is to be paid.
    #[n(2)]
    pub amount: Money,
    /// The card, as [`card_commitment`] says it.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub card: [u8; 32],
}
signed_message!(
    BillProposal,
    message::BILL_PROPOSAL,
    1024,
    context::BILL_PROPOSAL
);

/// The shop's bill (source document 003, SIG2): that request, that amount, that card.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Bill {
    /// From the shop to the security server; its transaction is the order, its expiry the order's end.
    #[n(0)]
    pub envelope: Envelope,
    /// SHA-256 of the shop's signed request.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub request: [u8; 32],
    /// What is to be paid.
    #[n(2)]
    pub amount: Money,
    /// The card, as it was proposed.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub card: [u8; 32],
}
signed_message!(Bill, message::BILL, 1024, context::BILL);

/// Binds a bill to a card and to what was on it: SHA-256 of the context string, 32 random bytes that only the security server
/// knows, the card's identifier and its balance in minor units (8 bytes, big-endian) with its currency code.
#[must_use]
pub fn card_commitment(salt: &[u8; 32], card: &CardIdentifier, balance: Money) -> [u8; 32] {
    Sha256::new()
        .chain_update(context::CARD_COMMITMENT)
        .chain_update(salt)
        .chain_update(card.0)
        .chain_update(balance.minor.to_be_bytes())
        .chain_update(balance.currency.code())
        .finalize()
        .into()
}
