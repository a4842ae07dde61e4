//! Value that waits for a card: what was given back, and what its holder puts on it.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::Alias;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::identifier::{Root, TransactionId};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The number of the credit that gives back what an order cost, or of that of its refund of this number, from 1: SHA-256 of the
/// context string, the order's root and the refund's number (4 bytes, big-endian; 0: the whole order came to nothing).
#[must_use]
pub fn credit_number(root: &Root, refund: u32) -> TransactionId {
    let hash = Sha256::new()
        .chain_update(context::CREDIT_NUMBER)
        .chain_update(root.0)
        .chain_update(refund.to_be_bytes());
    TransactionId(hash.finalize().into())
}

crate::named_enum! {
    /// Why a card is credited.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum CreditReason {
        /// An order that the card paid came to nothing.
        #[n(1)]
        Released => "released",
        /// The shop gave something back.
        #[n(2)]
        Refunded => "refunded",
        /// The holder puts value on it (T003-11).
        #[n(3)]
        Charged => "charged",
    }
}

crate::named_enum! {
    /// How far a credit is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum CreditState {
        /// It waits for the card.
        #[n(1)]
        Waiting => "waiting",
        /// The card was told and its answer did not come: reading it again will say.
        #[n(2)]
        Unknown => "unknown",
        /// It is on the card, and the card signed so.
        #[n(3)]
        Written => "written",
        /// It was withdrawn, and never will be on the card.
        #[n(4)]
        Withdrawn => "withdrawn",
    }
}

/// The front has a card credited. The same number again is the same credit.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CreditOrder {
    /// From the front to the security server; its transaction is the credit's number.
    #[n(0)]
    pub envelope: Envelope,
    /// Which card.
    #[n(1)]
    pub alias: Alias,
    /// How much; more than zero.
    #[n(2)]
    pub amount: Money,
    /// Why.
    #[n(3)]
    pub reason: CreditReason,
    /// Until when it may be written; a refund has no end.
    #[n(4)]
    pub until: Option<Timestamp>,
}
signed_message!(
    CreditOrder,
    message::CREDIT_ORDER,
    1024,
    context::CREDIT_ORDER
);

/// The front withdraws a credit that was not written. Answered with the [`CreditOutcome`], also if its [`CreditOrder`] never
/// came: then none that comes later is followed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CreditWithdrawal {
    /// From the front to the security server; its transaction is the credit's number.
    #[n(0)]
    pub envelope: Envelope,
    /// Which card.
    #[n(1)]
    pub alias: Alias,
    /// How much.
    #[n(2)]
    pub amount: Money,
}
signed_message!(
    CreditWithdrawal,
    message::CREDIT_WITHDRAWAL,
    1024,
    context::CREDIT_WITHDRAWAL
);

/// The security server says how far a credit is. Written and withdrawn are its last words about it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CreditOutcome {
    /// From the security server to anyone who takes part; its transaction is the credit's number.
    #[n(0)]
    pub envelope: Envelope,
    /// Which card.
    #[n(1)]
    pub alias: Alias,
    /// How much.
    #[n(2)]
    pub amount: Money,
    /// How far it is.
    #[n(3)]
    pub state: CreditState,
    /// What is on the card since it was written.
    #[n(4)]
    pub balance: Option<Money>,
}
signed_message!(
    CreditOutcome,
    message::CREDIT_OUTCOME,
    1024,
    context::CREDIT_OUTCOME
);
