//! What the purse applet shows. None of it is signed: it is the card's word to its own wallet.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;
use tallystick_protocol::purse::{Checkpoint, Endpoint, PurseNumber, PurseState};
use tallystick_protocol::wire::identifier::{Domain, TransactionId};
use tallystick_protocol::wire::time::Timestamp;

/// A place that is taken.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ListedPurse {
    /// Its number, below [`super::PLACES`].
    #[n(0)]
    pub place: u8,
    /// The bank, once the purse is open.
    #[n(1)]
    pub bank: Option<Domain>,
    /// The purse's number, once it is open.
    #[n(2)]
    pub number: Option<PurseNumber>,
}

/// What a place holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseView {
    /// The key (subject public key info, DER); none of a prepaid purse.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub public_key: Option<Vec<u8>>,
    /// The key that is to replace it, if one was made.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub next_public_key: Option<Vec<u8>>,
    /// The signed purse certificate, once the purse is open (SGN1, SGN3).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub certificate: Option<Vec<u8>>,
    /// The newest checkpoint.
    #[n(3)]
    pub checkpoint: Option<Checkpoint>,
    /// The signed message that brought it: a notice or a verdict (SGN2, SGN4).
    #[cbor(n(4), with = "minicbor::bytes")]
    pub checkpoint_message: Option<Vec<u8>>,
    /// What the purse holds.
    #[n(5)]
    pub state: Option<PurseState>,
    /// Movements that have not ended, oldest first.
    #[n(6)]
    pub pending: Vec<PendingView>,
    /// How many entries the card keeps of the history.
    #[n(7)]
    pub entries: u32,
    /// No value moves because the history is full: it has to be reported (upload first) or emptied (stop).
    #[n(8)]
    pub is_full: bool,
}

/// How far a movement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum PendingStep {
    /// The card asked for it, or paid; what it gives is set aside.
    #[n(1)]
    Asked,
    /// Its holder accepted the bank's offer.
    #[n(2)]
    Accepted,
    /// Its holder refused the bank's offer; nothing is set aside any more.
    #[n(3)]
    Refused,
}

/// A movement that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PendingView {
    /// Which.
    #[n(0)]
    pub transaction: TransactionId,
    /// Whose value.
    #[n(1)]
    pub source: Endpoint,
    /// Who gets it.
    #[n(2)]
    pub destination: Endpoint,
    /// How much, in minor units of the purse's currency.
    #[n(3)]
    pub amount: u64,
    /// When it began, by the wallet's clock.
    #[n(4)]
    pub at: Timestamp,
    /// How far it is.
    #[n(5)]
    pub step: PendingStep,
}

/// What a card has signed about a movement that has not ended. Nothing of a prepaid purse.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PendingMessages {
    /// The signed request or payment.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub asked: Option<Vec<u8>>,
    /// The signed reply.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub reply: Option<Vec<u8>>,
}
