//! The balance checkpoint: what the bank says a purse holds (EP 1 221 669, Fig 8 items 5 to 8: SGN2; Fig 11: SGN4).

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::PurseNumber;
use crate::trust::keyed::keyed_message;
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

crate::named_enum! {
    /// What a purse does when its history is full (EP 1 221 669: F1, F2, F3).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum HistoryPolicy {
        /// No value moves until the holder empties it (F1; T004-3, T004-20).
        #[n(1)]
        Stop => "stop",
        /// The oldest entry makes room (F2; T004-4, T004-21).
        #[n(2)]
        EraseOldest => "erase-oldest",
        /// Only what the bank has verified makes room (F3; T004-5, T004-22). The default.
        #[n(3)]
        UploadFirst => "upload-first",
    }
}

/// What a purse may pay while it does not hear of the bank. Zero: nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OfflineLimits {
    /// The most in one payment, in minor units.
    #[cbor(n(0), decode_with = "decode_whole")]
    pub payment: u64,
    /// The most altogether since this checkpoint, in minor units.
    #[cbor(n(1), decode_with = "decode_whole")]
    pub total: u64,
    /// The most payments since this checkpoint.
    #[n(2)]
    pub count: u32,
    /// The most that the purse may hold, in minor units.
    #[cbor(n(3), decode_with = "decode_whole")]
    pub holding: u64,
}

/// What a purse holds, by the bank's books. Its amounts are those of the moment at which the card takes it over.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Checkpoint {
    /// Which purse (it stands for Fig 8 items 1 to 3, which the purse certificate says).
    #[n(0)]
    pub purse: PurseNumber,
    /// Counts this purse's checkpoints. A card never takes an older one than it has.
    #[cbor(n(1), decode_with = "decode_whole")]
    pub number: u64,
    /// What is on the account, in minor units (item 5: acctAmt); none for a prepaid card.
    #[cbor(n(2), decode_with = "decode_whole")]
    pub account_amount: Option<u64>,
    /// What the purse holds, in minor units (item 6: uimAmt; Fig 11: ppcAmt): everything that is in it, pending out
    /// included and pending in not.
    #[cbor(n(3), decode_with = "decode_whole")]
    pub purse_amount: u64,
    /// When the bank said so (item 7: tsAmt).
    #[n(4)]
    pub at: Timestamp,
    /// Up to which entry of the card's history the bank knows what moved; that part of the history may be erased.
    #[cbor(n(5), decode_with = "decode_whole")]
    pub through: u64,
    /// What the purse may pay from here on without asking.
    #[n(6)]
    pub limits: OfflineLimits,
    /// What it does when its history is full.
    #[n(7)]
    pub policy: HistoryPolicy,
}

/// A checkpoint on its own: the first one of a purse, and the bank's answer to a report.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CheckpointNotice {
    /// The checkpoint.
    #[n(0)]
    pub checkpoint: Checkpoint,
    /// The card's amount is the bank's from now on, whatever it was (T004-44). Only of a card that has nothing
    /// pending and nothing that the bank does not know.
    #[n(1)]
    pub forces: bool,
}
keyed_message!(
    CheckpointNotice,
    message::CHECKPOINT_NOTICE,
    512,
    context::CHECKPOINT_NOTICE
);
