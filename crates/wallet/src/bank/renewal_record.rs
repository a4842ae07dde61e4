//! What is stored of the renewal of a purse's key (EP 1 221 669, S1 to S11). Each field that appears is a step that is
//! finished.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::bank::FeeOption;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::core::error::ErrorKind;

/// The renewal of a purse's key.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RenewalRecord {
    /// The next key (subject public key info, DER), which the card made.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub public_key: Vec<u8>,
    /// The signed wish to have it certified (S6); sent as often as needed.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub wish: Vec<u8>,
    /// From what the fee is paid.
    #[n(2)]
    pub fee: FeeOption,
    /// How much the holder agreed to.
    #[n(3)]
    pub amount: Money,
    /// When it was begun.
    #[n(4)]
    pub at: Timestamp,
    /// The bank's signed permit (S2), kept as evidence of the fee.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub permit: Option<Vec<u8>>,
    /// What the bank signed about the next key, until the card has it.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub opening: Option<Vec<u8>>,
    /// What the new key signed about being in its place (S10); sent as often as needed.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub renewed: Option<Vec<u8>>,
    /// Whether the authority has heard that.
    #[n(8)]
    pub is_done: bool,
    /// Why it was refused.
    #[n(9)]
    pub failure: Option<ErrorKind>,
}

impl RenewalRecord {
    /// Whether something is left to be done for it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.is_done && self.failure.is_none()
    }

    /// Whether the authority has still to answer.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.is_open() && self.permit.is_none()
    }

    /// Whether the card has still to take the new key.
    #[must_use]
    pub const fn is_permitted(&self) -> bool {
        self.is_open() && self.opening.is_some()
    }
}
