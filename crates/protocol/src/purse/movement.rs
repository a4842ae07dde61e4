//! How value moves between a purse and its bank: load and unload (EP 1 221 669, Sa1 to Sa17) and transfer (Sd1 to
//! Sd10) are one movement with two ends.

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::{Checkpoint, Endpoint, PurseNumber, PurseState};
use crate::trust::keyed::keyed_message;
use crate::wire::identifier::{Domain, TransactionId};
use crate::wire::money::Money;
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// A prepaid card as the wallet that relays it shows it to the bank (EP 1 221 669, Fig 11; Sd2 "PC info read
/// first"): it has no key, so the relaying purse signs as its agent.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PrepaidState {
    /// Its signed purse certificate (SGN3).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
    /// Its newest checkpoint as the bank signed it, within whichever message brought it (SGN4).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub checkpoint: Vec<u8>,
    /// What it holds.
    #[n(2)]
    pub state: PurseState,
}

/// A purse asks its bank to move value (Sa2, Sd2). Signed by the purse's key, after it has set aside what it gives.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct MovementRequest {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// The purse that signs.
    #[n(1)]
    pub purse: PurseNumber,
    /// Drawn by the card; the same request again is the same movement.
    #[n(2)]
    pub transaction: TransactionId,
    /// Whose value.
    #[n(3)]
    pub source: Endpoint,
    /// Who gets it.
    #[n(4)]
    pub destination: Endpoint,
    /// How much, not zero.
    #[n(5)]
    pub amount: Money,
    /// What the purse holds ("value info", Fig 8).
    #[n(6)]
    pub state: PurseState,
    /// When, by the wallet's clock; signed, so that a relay cannot change it (T004-37).
    #[n(7)]
    pub at: Timestamp,
    /// The prepaid card, if it is one of the two ends.
    #[n(8)]
    pub prepaid: Option<PrepaidState>,
}
keyed_message!(
    MovementRequest,
    message::MOVEMENT_REQUEST,
    4096,
    context::MOVEMENT_REQUEST
);

/// The bank holds the value and says what would be (Sa7 and Sa8, Sd5). Signed by the bank's key for purses.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct MovementOffer {
    /// The purse that asked.
    #[n(0)]
    pub purse: PurseNumber,
    /// Which movement.
    #[n(1)]
    pub transaction: TransactionId,
    /// Whose value.
    #[n(2)]
    pub source: Endpoint,
    /// Who gets it.
    #[n(3)]
    pub destination: Endpoint,
    /// Whose the destination is, as the holder is shown it (Sd5); at most 64 characters.
    #[n(4)]
    pub destination_name: Option<String>,
    /// How much.
    #[n(5)]
    pub amount: Money,
    /// What the source has before, in minor units (Sd5).
    #[cbor(n(6), decode_with = "decode_whole")]
    pub before: u64,
    /// What the source has after, in minor units (Sd5).
    #[cbor(n(7), decode_with = "decode_whole")]
    pub after: u64,
    /// What the purse that changes will hold once the movement is complete (SGN2, or SGN4 of a prepaid card); that
    /// of the asking purse if only accounts change.
    #[n(8)]
    pub checkpoint: Checkpoint,
    /// When it was offered.
    #[n(9)]
    pub at: Timestamp,
    /// Until when the bank waits for the reply.
    #[n(10)]
    pub expires_at: Timestamp,
}
keyed_message!(
    MovementOffer,
    message::MOVEMENT_OFFER,
    1024,
    context::MOVEMENT_OFFER
);

/// What the holder decided (Sa10 to Sa12, Sd7 and Sd8). Signed by the purse's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct MovementReply {
    /// The purse that asked.
    #[n(0)]
    pub purse: PurseNumber,
    /// Which movement.
    #[n(1)]
    pub transaction: TransactionId,
    /// OK or NG.
    #[n(2)]
    pub accepted: bool,
    /// What the purse holds now.
    #[n(3)]
    pub state: PurseState,
    /// When, by the wallet's clock.
    #[n(4)]
    pub at: Timestamp,
}
keyed_message!(
    MovementReply,
    message::MOVEMENT_REPLY,
    1024,
    context::MOVEMENT_REPLY
);

crate::named_enum! {
    /// How a movement ended.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum MovementOutcome {
        /// It is done (Sa16, Sd10); of an order: it was charged.
        #[n(1)]
        Completed => "completed",
        /// It is not, and never will be (T004-34, T004-35); of an order: nothing was charged.
        #[n(2)]
        NotCompleted => "not-completed",
    }
}

/// How a movement ended. Signed by the bank's key for purses; asked again, it says the same outcome.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct MovementVerdict {
    /// The purse that asked, or that paid.
    #[n(0)]
    pub purse: PurseNumber,
    /// Which movement; an order's root where an order was paid.
    #[n(1)]
    pub transaction: TransactionId,
    /// How it ended.
    #[n(2)]
    pub outcome: MovementOutcome,
    /// What the purse that changes holds, this movement included (of one that was not completed: the prior amount,
    /// T004-35). A prepaid card's if that is what changes.
    #[n(3)]
    pub checkpoint: Checkpoint,
}
keyed_message!(
    MovementVerdict,
    message::MOVEMENT_VERDICT,
    640,
    context::MOVEMENT_VERDICT
);
