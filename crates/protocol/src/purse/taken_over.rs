//! A prepaid card has no key, so its word is worth nothing where no bank is there to ask. What it gives without the bank an
//! account's purse of the same card takes over first, and answers for by its own signatures: its history says from which
//! card it has the value, and what the bank signed of that card (EP 1 221 669, Fig 9: payerPpcId; Fig 11).

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use super::{
    Checkpoint, CheckpointNotice, EVIDENCE_BYTES_MAX, Endpoint, HistoryEntry, MovementOffer,
    MovementVerdict, PrepaidState, PurseCertificate, PurseKind, PurseNumber, PurseState,
};
use crate::trust::keyed::{self, KeyedError};
use crate::trust::signature::VerifyingKey;
use crate::wire::cbor::{decode_value, encode_value};
use crate::wire::identifier::{Domain, TransactionId};
use crate::wire::registry::context;

/// The number under which a purse takes over that much (minor units) from a prepaid card that shows this of itself before:
/// SHA-256 over the context string, the purse (16 bytes), the amount (8 bytes, big-endian) and what the card shows. So the
/// hash of the entry, which the purse signs, holds what stands in it as its evidence, and a state of a card gives once.
#[must_use]
pub fn number_of_take_over(shown: &PrepaidState, taker: &PurseNumber, minor: u64) -> TransactionId {
    let hash = Sha256::new()
        .chain_update(context::PREPAID_TAKE_OVER)
        .chain_update(taker.0)
        .chain_update(minor.to_be_bytes())
        .chain_update(encode_value(shown));
    TransactionId(hash.finalize().into())
}

/// Why an entry is none of a take-over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TakeOverError {
    /// What should be shown of the prepaid card cannot be read, or is of another bank or no prepaid card.
    #[error("What is shown of the prepaid card cannot be read.")]
    Malformed,
    /// The bank did not sign the card, or what it should hold.
    #[error("The bank did not sign what is shown of the prepaid card.")]
    BadSignature,
    /// The entry is not about what is shown.
    #[error("The entry is not about what the prepaid card shows.")]
    OtherEntry,
}

impl From<KeyedError> for TakeOverError {
    fn from(error: KeyedError) -> Self {
        match error {
            KeyedError::BadSignature => Self::BadSignature,
            _ => Self::Malformed,
        }
    }
}

/// What a purse took over from a prepaid card, as an entry of its history tells, and the bank's signatures (SGN3, SGN4) hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOver {
    /// What the bank signed of the card.
    pub card: PurseCertificate,
    /// What the card holds afterwards, by the purse's word.
    pub after: PurseState,
}

impl HistoryEntry {
    /// What a prepaid card showed of itself, if a purse took over from it by this entry: nothing of it is verified.
    #[must_use]
    pub fn shown_prepaid(&self) -> Option<PrepaidState> {
        let (Endpoint::Prepaid(_), Endpoint::Purse(_)) = (&self.payer, &self.payee) else {
            return None;
        };
        decode_value(&self.evidence, EVIDENCE_BYTES_MAX).ok()
    }
}

impl TakenOver {
    /// Verifies an entry by which a purse took over from a prepaid card of this bank.
    ///
    /// # Errors
    /// [`TakeOverError`].
    pub fn read(
        entry: &HistoryEntry,
        (bank, key): (&Domain, &VerifyingKey),
    ) -> Result<Self, TakeOverError> {
        let shown = entry.shown_prepaid().ok_or(TakeOverError::Malformed)?;
        let card: PurseCertificate = keyed::open(&shown.certificate, key)?;
        if card.kind != PurseKind::Prepaid || card.bank != *bank {
            return Err(TakeOverError::Malformed);
        }
        if !shown.has_its_checkpoint(&card.number, key) {
            return Err(TakeOverError::BadSignature);
        }
        let Endpoint::Purse(taker) = &entry.payee else {
            return Err(TakeOverError::OtherEntry);
        };
        let number = number_of_take_over(&shown, taker, entry.amount);
        let is_this = entry.payer == Endpoint::Prepaid(card.number)
            && entry.transaction == number
            && (1..=shown.state.amount).contains(&entry.amount);
        if !is_this {
            return Err(TakeOverError::OtherEntry);
        }
        let after = after(&shown.state, entry);
        Ok(Self { card, after })
    }
}

/// What the card holds after it gave: its own entry says the same at the same moment.
fn after(before: &PurseState, entry: &HistoryEntry) -> PurseState {
    let amount = before.amount.saturating_sub(entry.amount);
    let given = HistoryEntry {
        sequence: before.sequence.saturating_add(1),
        previous: before.head,
        balance: amount,
        evidence: Vec::new(),
        ..entry.clone()
    };
    PurseState {
        amount,
        sequence: given.sequence,
        head: given.hash(),
        ..before.clone()
    }
}

impl PrepaidState {
    /// Whether the bank signed the checkpoint that a card shows, in whichever message, and it is the one that the card
    /// says it has (SGN4).
    #[must_use]
    pub fn has_its_checkpoint(&self, number: &PurseNumber, key: &VerifyingKey) -> bool {
        let bytes = self.checkpoint.as_slice();
        let signed: Option<Checkpoint> = keyed::open::<CheckpointNotice>(bytes, key)
            .map(|notice| notice.checkpoint)
            .or_else(|_| keyed::open::<MovementOffer>(bytes, key).map(|offer| offer.checkpoint))
            .or_else(|_| {
                keyed::open::<MovementVerdict>(bytes, key).map(|verdict| verdict.checkpoint)
            })
            .ok();
        signed
            .is_some_and(|signed| signed.purse == *number && signed.number == self.state.checkpoint)
    }
}
