//! What the shop wants to be paid (ST9, SIG1), and how the front hands it on.

use alloc::vec::Vec;

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::ReadingId;
use crate::checkout::answers::STATEMENT_MAX_BYTES;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::identifier::{Domain, OrderId, Root};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};

/// What is to be paid for an order (source document 003, SIG1). It travels with the shop's request for authorisation and is
/// verified by the front and by the security server, each for itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SettlementRequest {
    /// From the shop to whoever pays (the front); its transaction is the order, its expiry the order's end.
    #[n(0)]
    pub envelope: Envelope,
    /// The mall: the settlement server at which the shop is paid.
    #[n(1)]
    pub mall: Domain,
    /// The order's root.
    #[n(2)]
    pub root: Root,
    /// The goods, as [`goods_digest`] says them: salted, so that nobody can guess them.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub goods: [u8; 32],
    /// What is to be paid: the order's total without what coupons pay.
    #[n(4)]
    pub amount: Money,
}
signed_message!(
    SettlementRequest,
    message::SETTLEMENT_REQUEST,
    1024,
    context::SETTLEMENT_REQUEST
);

/// The digest of an order's goods: SHA-256 of the context string, the digest of the order form (32 bytes) and the order's
/// number. The form lists the goods; its digest is known to shop, page and wallet alone, so it is the salt as well.
#[must_use]
pub fn goods_digest(form_digest: &[u8; 32], order: &OrderId) -> [u8; 32] {
    Sha256::new()
        .chain_update(context::SETTLEMENT_GOODS)
        .chain_update(form_digest)
        .chain_update(order.0)
        .finalize()
        .into()
}

/// SHA-256 of a signed statement: that very statement, signature and all.
#[must_use]
pub fn signed_digest(statement: &[u8]) -> [u8; 32] {
    Sha256::digest(statement).into()
}

/// The front hands a shop's request on to the security server, with the reading that the holder named.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SettlementOrder {
    /// From the front to the security server; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The shop's signed [`SettlementRequest`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub request: Vec<u8>,
    /// The reading of the card that is to pay.
    #[n(2)]
    pub reading: ReadingId,
}
signed_message!(
    SettlementOrder,
    message::SETTLEMENT_ORDER,
    2 * STATEMENT_MAX_BYTES,
    context::SETTLEMENT_ORDER
);
