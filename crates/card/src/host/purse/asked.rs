//! What the purse applet is asked. Times are those of the wallet's clock; the card takes the later of that and the
//! newest time that the purse's bank has signed.

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::bank::FeeOption;
use tallystick_protocol::purse::{Endpoint, PrepaidPending, PrepaidState};
use tallystick_protocol::wire::identifier::{Domain, HolderId, Root, TransactionId};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

/// Something signed, and when it is given to the card: a bank's certificate (DER), an offer, a verdict, a
/// checkpoint notice.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Signed {
    /// The signed bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// Now.
    #[n(1)]
    pub at: Timestamp,
}

/// What opens a purse, or renews one (EP 1 221 669, SZ9 and S9).
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OpeningGiven {
    /// The signed purse certificate (SGN1, SGN3).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
    /// The signed checkpoint notice (SGN2, SGN4). The first certificate of a purse needs one.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub notice: Option<Vec<u8>>,
    /// Now.
    #[n(2)]
    pub at: Timestamp,
}

/// What a card signs in an application for a purse (SZ4); it puts its key in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ApplicationTerms {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// The account's number.
    #[n(1)]
    pub account: u64,
    /// The holder identifier under which the wallet is enrolled at the bank.
    #[n(2)]
    pub holder: HolderId,
    /// Now.
    #[n(3)]
    pub at: Timestamp,
}

/// What a card signs to have its new key certified (S6); it puts the rest in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct RenewalTerms {
    /// From what the fee is paid.
    #[n(0)]
    pub fee: FeeOption,
    /// Now.
    #[n(1)]
    pub at: Timestamp,
    /// How much the fee is, by the bank's schedule; zero for nothing.
    #[n(2)]
    pub amount: Money,
}

/// A movement that a purse is to take part in (Sa1, Sd1).
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct MovementTerms {
    /// Whose value.
    #[n(0)]
    pub source: Endpoint,
    /// Who gets it.
    #[n(1)]
    pub destination: Endpoint,
    /// How much, not zero.
    #[n(2)]
    pub amount: Money,
    /// Now.
    #[n(3)]
    pub at: Timestamp,
    /// The prepaid card that was prepared for it, where one of the two ends is one.
    #[n(4)]
    pub prepaid: Option<Prepared>,
    /// To a prepaid card that gives to a purse: the number that the purse drew ([`super::draw`]). None in all other
    /// cases: the card draws it.
    #[n(5)]
    pub transaction: Option<TransactionId>,
}

/// A prepaid card that has set aside what it gives, or waits for what it gets: what the purse that signs as its
/// agent is told (Sd2).
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Prepared {
    /// The number of the movement; the prepaid card drew it, unless it gives to the purse.
    #[n(0)]
    pub transaction: TransactionId,
    /// What it shows to the bank.
    #[n(1)]
    pub state: PrepaidState,
}

/// An order to be paid.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OrderToPay {
    /// The order's root.
    #[n(0)]
    pub root: Root,
    /// The shop that is paid.
    #[n(1)]
    pub shop: Domain,
    /// How much, not zero.
    #[n(2)]
    pub amount: Money,
    /// Now.
    #[n(3)]
    pub at: Timestamp,
}

/// Which part of the history is meant.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct HistoryAsked {
    /// The entries after this one; of a report if it is not said, those that the bank does not know yet.
    #[n(0)]
    pub(crate) after: Option<u64>,
    /// Now.
    #[n(1)]
    pub(crate) at: Timestamp,
    /// A prepaid card for which the report speaks as well.
    #[n(2)]
    pub(crate) prepaid: Option<PrepaidPending>,
}
