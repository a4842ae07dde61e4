//! A purse tells its bank what it holds and what happened to it (EP 1 221 669, Sc1), and the bank answers with what
//! it knows (Sc3).

use alloc::vec::Vec;

use minicbor::bytes::ByteVec;
use minicbor::{Decoder, Encode};
use tallystick_codec::DecodeMap;

use super::{Endpoint, HistoryEntry, PrepaidState, PurseNumber};
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::{Message, decode_list};
use crate::wire::identifier::{Domain, TransactionId};
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The most entries of history in one report, which is one request; a longer history takes several.
pub const ENTRIES_MAX: usize = 64;
/// The most movements that are pending in a purse at once.
pub const PENDING_MAX: usize = 16;

/// What a purse holds ("value info", EP 1 221 669, Fig 8 items 5 to 10).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseState {
    /// What can be spent, in minor units (item 9: curAmt).
    #[cbor(n(0), decode_with = "decode_whole")]
    pub amount: u64,
    /// What is set aside for movements that are not at their end, in minor units.
    #[cbor(n(1), decode_with = "decode_whole")]
    pub pending_out: u64,
    /// What was accepted and can be spent once the bank says that it is complete, in minor units.
    #[cbor(n(2), decode_with = "decode_whole")]
    pub pending_in: u64,
    /// The number of the newest checkpoint that the card took.
    #[cbor(n(3), decode_with = "decode_whole")]
    pub checkpoint: u64,
    /// The number of the newest entry of the history; 0 before the first.
    #[cbor(n(4), decode_with = "decode_whole")]
    pub sequence: u64,
    /// The hash of that entry.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub head: [u8; 32],
}

/// A prepaid card that is shown to its bank with what it has under way: it reports nothing itself, so a purse does as its
/// agent.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PrepaidPending {
    /// The card.
    #[n(0)]
    pub state: PrepaidState,
    /// Its movements that have not ended, at most [`PENDING_MAX`].
    #[cbor(n(1), decode_with = "decode_pending")]
    pub pending: Vec<TransactionId>,
}

/// What a purse tells its bank (Sc1). Signed by the purse's key. The state is that of the newest entry; the entries
/// are the next ones after `after`, and reach the newest unless there are more than fit.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseReport {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// Which purse.
    #[n(1)]
    pub purse: PurseNumber,
    /// What it holds.
    #[n(2)]
    pub state: PurseState,
    /// Movements that have not ended, at most [`PENDING_MAX`].
    #[cbor(n(3), decode_with = "decode_pending")]
    pub pending: Vec<TransactionId>,
    /// The number of the entry before the first of `entries`.
    #[cbor(n(4), decode_with = "decode_whole")]
    pub after: u64,
    /// History, at most [`ENTRIES_MAX`].
    #[cbor(n(5), decode_with = "decode_entries")]
    pub entries: Vec<HistoryEntry>,
    /// When, by the wallet's clock.
    #[n(6)]
    pub at: Timestamp,
    /// A prepaid card for which the purse signs as agent.
    #[n(7)]
    pub prepaid: Option<PrepaidPending>,
}
keyed_message!(
    PurseReport,
    message::PURSE_REPORT,
    128 * 1024,
    context::PURSE_REPORT
);

/// Value that waits at the bank until the card takes it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct WaitingCredit {
    /// Its number: the source of the request that takes it ([`Endpoint::Waiting`]).
    #[n(0)]
    pub transaction: TransactionId,
    /// Who gave it.
    #[n(1)]
    pub from: Endpoint,
    /// How much, in minor units of the purse's currency.
    #[cbor(n(2), decode_with = "decode_whole")]
    pub amount: u64,
    /// When it arrived.
    #[n(3)]
    pub at: Timestamp,
}

/// What the bank answers to a report: each of it signed for itself, as the card verifies it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseReportAnswer {
    /// Signed verdicts about what was pending and has ended.
    #[n(0)]
    pub verdicts: Vec<ByteVec>,
    /// The signed [`CheckpointNotice`](super::CheckpointNotice), to be taken after the verdicts.
    #[n(1)]
    pub notice: ByteVec,
    /// What waits for the purse, oldest first, at most [`PENDING_MAX`].
    #[n(2)]
    pub waiting: Vec<WaitingCredit>,
    /// What can be spent of the account, in minor units.
    #[cbor(n(3), decode_with = "decode_whole")]
    pub account_available: u64,
    /// What of the account is under way, in minor units.
    #[cbor(n(4), decode_with = "decode_whole")]
    pub account_pending: u64,
    /// The certificate (DER) of the key with which the bank signs purses, as it is now: the card is to have it before
    /// what is signed.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub bank_certificate: Vec<u8>,
    /// Signed verdicts for the prepaid card that was shown, at most [`PENDING_MAX`]: each has a checkpoint of that card.
    #[cbor(n(6), decode_with = "decode_verdicts")]
    pub prepaid_verdicts: Option<Vec<ByteVec>>,
}

impl Message for PurseReportAnswer {
    const TYPE: u16 = message::PURSE_REPORT_ANSWER;
    const LEN_MAX: usize = 32 * 1024;
}

fn decode_pending<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<TransactionId>, minicbor::decode::Error> {
    decode_list(decoder, context, PENDING_MAX)
}

fn decode_verdicts<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<ByteVec>, minicbor::decode::Error> {
    decode_list(decoder, context, PENDING_MAX)
}

fn decode_entries<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<HistoryEntry>, minicbor::decode::Error> {
    decode_list(decoder, context, ENTRIES_MAX)
}
