//! Paying an order from a purse. The card moves the amount to *pending out* before it signs; whoever has the signature
//! can charge that order and no other.

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::{PurseNumber, PurseState};
use crate::trust::keyed::keyed_message;
use crate::wire::identifier::{Domain, Root};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// A purse pays an order. Signed by the purse's key; sealed in the payer's part beside the holder's approval.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PursePayment {
    /// The bank, which pays.
    #[n(0)]
    pub bank: Domain,
    /// The purse that pays.
    #[n(1)]
    pub purse: PurseNumber,
    /// The order's root: what is paid, and the number of this movement.
    #[n(2)]
    pub root: Root,
    /// The shop that is paid.
    #[n(3)]
    pub shop: Domain,
    /// How much.
    #[n(4)]
    pub amount: Money,
    /// What the purse holds, the amount pending out included.
    #[n(5)]
    pub state: PurseState,
    /// When, by the wallet's clock.
    #[n(6)]
    pub at: Timestamp,
}
keyed_message!(
    PursePayment,
    message::PURSE_PAYMENT,
    1024,
    context::PURSE_PAYMENT
);

impl PursePayment {
    /// By what the wallet asks for the verdict: SHA-256 of the signed payment, which wallet and bank alone have (shop
    /// and courier know the root).
    #[must_use]
    pub fn reference(signed: &[u8]) -> [u8; 32] {
        Sha256::digest(signed).into()
    }
}
