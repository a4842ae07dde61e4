//! What a purse has signed of its history, whatever kind of message says it.

use minicbor::{Decode, Encode};

use super::{LocalAnswer, LocalError, LocalPayment};
use crate::purse::{MovementRequest, PurseNumber, PursePayment, PurseReport, PurseState};
use crate::trust::keyed;
use crate::trust::signature::VerifyingKey;
use crate::wire::identifier::Domain;

/// That a purse's history has this entry at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose history.
    pub purse: PurseNumber,
    /// At which place.
    pub sequence: u64,
    /// [`HistoryEntry::hash`](crate::purse::HistoryEntry::hash) of the entry there.
    pub entry: [u8; 32],
}

crate::named_enum! {
    /// What kind of signed message says it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum SaidKind {
        /// A [`LocalPayment`].
        #[n(1)]
        Payment => "payment",
        /// A [`LocalAnswer`] that takes.
        #[n(2)]
        Receipt => "receipt",
        /// A [`PursePayment`].
        #[n(3)]
        OrderPayment => "order-payment",
        /// A [`MovementRequest`].
        #[n(4)]
        Movement => "movement",
        /// A [`PurseReport`]: of its newest entry, and of each that it tells.
        #[n(5)]
        Report => "report",
    }
}

/// A message of one of these kinds, as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It pays another purse.
    Payment(LocalPayment),
    /// It took what another purse paid, or refused it.
    Receipt(LocalAnswer),
    /// It pays an order.
    OrderPayment(PursePayment),
    /// It asks its bank for a movement.
    Movement(MovementRequest),
    /// It reports to its bank.
    Report(PurseReport),
}

impl Word {
    /// Verifies that this key signed it, and reads it.
    ///
    /// # Errors
    /// [`LocalError::BadSignature`], [`LocalError::Malformed`].
    pub(super) fn open(
        kind: SaidKind,
        signed: &[u8],
        key: &VerifyingKey,
    ) -> Result<Self, LocalError> {
        Ok(match kind {
            SaidKind::Payment => Self::Payment(keyed::open(signed, key)?),
            SaidKind::Receipt => Self::Receipt(keyed::open(signed, key)?),
            SaidKind::OrderPayment => Self::OrderPayment(keyed::open(signed, key)?),
            SaidKind::Movement => Self::Movement(keyed::open(signed, key)?),
            SaidKind::Report => Self::Report(keyed::open(signed, key)?),
        })
    }

    /// To which bank it is said.
    #[must_use]
    pub fn bank(&self) -> &Domain {
        match self {
            Self::Payment(said) => &said.bank,
            Self::Receipt(said) => &said.bank,
            Self::OrderPayment(said) => &said.bank,
            Self::Movement(said) => &said.bank,
            Self::Report(said) => &said.bank,
        }
    }

    /// What it says of that place of the purse's history, if it says anything of it.
    #[must_use]
    pub fn claim(&self, sequence: u64) -> Option<Claim> {
        let claim = match self {
            Self::Payment(said) => Some(said.claim()),
            Self::Receipt(said) => said.claim(),
            Self::OrderPayment(said) => Some(newest(said.purse, &said.state)),
            Self::Movement(said) => Some(newest(said.purse, &said.state)),
            Self::Report(said) => said.claim(sequence),
        };
        claim.filter(|claim| claim.sequence == sequence)
    }
}

fn newest(purse: PurseNumber, state: &PurseState) -> Claim {
    Claim {
        purse,
        sequence: state.sequence,
        entry: state.head,
    }
}

impl PurseReport {
    /// What it says of the entry at that place: the newest, whose hash the card signs, or one before it that the report
    /// tells, down from the newest by their hashes.
    #[must_use]
    pub fn claim(&self, sequence: u64) -> Option<Claim> {
        let mut claim = newest(self.purse, &self.state);
        if claim.sequence == sequence {
            return Some(claim);
        }
        for entry in self.entries.iter().rev() {
            if (entry.sequence, entry.hash()) != (claim.sequence, claim.entry) {
                return None;
            }
            claim.sequence = entry.sequence.checked_sub(1)?;
            claim.entry = entry.previous;
            if claim.sequence == sequence {
                return Some(claim);
            }
        }
        None
    }
}
