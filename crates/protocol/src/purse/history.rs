//! The history that a purse keeps of what moved its amount (EP 1 221 669, Fig 9). Entries are chained by their
//! hashes; the card signs the newest one's with every report, so that none can be left out, doubled or altered.

use alloc::vec::Vec;

use minicbor::{Decoder, Encode};
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::Endpoint;
use crate::wire::cbor::encode_value;
use crate::wire::identifier::TransactionId;
use crate::wire::number::decode_whole;
use crate::wire::registry::context;
use crate::wire::time::Timestamp;

/// What the first entry names as the hash of the one before.
pub const HISTORY_START: [u8; 32] = [0; 32];
/// The longest evidence in an entry, in bytes: a partner's receipt.
pub const EVIDENCE_BYTES_MAX: usize = 1536;

/// One change of a purse's amount.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HistoryEntry {
    /// Counts the entries of this purse from one.
    #[cbor(n(0), decode_with = "decode_whole")]
    pub sequence: u64,
    /// [`HistoryEntry::hash`] of the entry before, or [`HISTORY_START`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub previous: [u8; 32],
    /// Which movement. It appears again where what it took out comes back.
    #[n(2)]
    pub transaction: TransactionId,
    /// Who gets it (Fig 9: payeeAcct).
    #[n(3)]
    pub payee: Endpoint,
    /// Who gives it (Fig 9: payerAcct, payerPpcId).
    #[n(4)]
    pub payer: Endpoint,
    /// How much, in minor units.
    #[cbor(n(5), decode_with = "decode_whole")]
    pub amount: u64,
    /// What can be spent after it, in minor units.
    #[cbor(n(6), decode_with = "decode_whole")]
    pub balance: u64,
    /// When, by the wallet's clock (T004-9: value carries its time).
    #[n(7)]
    pub at: Timestamp,
    /// What the partner signed over it, if it is known (Fig 9: partner signature): the bank's verdict, a payee's
    /// receipt. At most [`EVIDENCE_BYTES_MAX`] bytes; it is no part of the hash, because it may come later.
    #[cbor(
        n(8),
        encode_with = "minicbor::bytes::encode",
        decode_with = "decode_evidence"
    )]
    pub evidence: Vec<u8>,
}

/// Why a history is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// An entry is missing or there twice.
    #[error("The purse's history has a gap or an entry twice, at {0}.")]
    Gap(u64),
    /// An entry is not the one that the next one names.
    #[error("The purse's history was altered, at {0}.")]
    Altered(u64),
}

#[derive(Encode)]
struct Hashed<'a> {
    #[n(0)]
    context: &'a str,
    #[n(1)]
    sequence: u64,
    #[cbor(n(2), with = "minicbor::bytes")]
    previous: [u8; 32],
    #[n(3)]
    transaction: TransactionId,
    #[n(4)]
    payee: &'a Endpoint,
    #[n(5)]
    payer: &'a Endpoint,
    #[n(6)]
    amount: u64,
    #[n(7)]
    balance: u64,
    #[n(8)]
    at: Timestamp,
}

impl HistoryEntry {
    /// What the next entry names: SHA-256 over everything but the evidence.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let hashed = Hashed {
            context: context::PURSE_HISTORY,
            sequence: self.sequence,
            previous: self.previous,
            transaction: self.transaction,
            payee: &self.payee,
            payer: &self.payer,
            amount: self.amount,
            balance: self.balance,
            at: self.at,
        };
        Sha256::digest(encode_value(&hashed)).into()
    }
}

/// Requires that `entries` follow each other from `from` (sequence and hash of the last one known) and end with the
/// hash `head`.
///
/// # Errors
/// [`HistoryError`] at the first entry that does not fit.
pub fn require_chain(
    entries: &[HistoryEntry],
    from: (u64, [u8; 32]),
    head: [u8; 32],
) -> Result<(), HistoryError> {
    let (mut sequence, mut hash) = from;
    for entry in entries {
        sequence = sequence.saturating_add(1);
        if entry.sequence != sequence {
            return Err(HistoryError::Gap(sequence));
        }
        if entry.previous != hash {
            return Err(HistoryError::Altered(sequence));
        }
        hash = entry.hash();
    }
    if hash == head {
        Ok(())
    } else {
        Err(HistoryError::Altered(sequence))
    }
}

fn decode_evidence<C>(
    decoder: &mut Decoder<'_>,
    _: &mut C,
) -> Result<Vec<u8>, minicbor::decode::Error> {
    let bytes = decoder.bytes()?;
    if bytes.len() > EVIDENCE_BYTES_MAX {
        return Err(minicbor::decode::Error::message("the evidence is too long"));
    }
    Ok(bytes.to_vec())
}
