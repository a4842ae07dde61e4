//! Two things that a purse has signed of one place of its history: the proof that it was spent twice.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::{Credentials, LocalAnswer, LocalError, LocalPayment};
use crate::purse::{MovementRequest, PurseNumber, PursePayment, PurseReport, PurseState};
use crate::trust::keyed;
use crate::trust::signature::VerifyingKey;
use crate::wire::cbor::Message;
use crate::wire::identifier::Domain;
use crate::wire::registry::message;
use crate::wire::time::Timestamp;

/// The longest of the two, in bytes: a report is that long.
const SAID_BYTES_MAX: usize = keyed::max_len::<PurseReport>();

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

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
struct Said {
    #[n(0)]
    kind: SaidKind,
    #[cbor(n(1), with = "minicbor::bytes")]
    signed: Vec<u8>,
}

/// Two signatures of one purse that cannot both be true. Whoever has the bank's key can check it: it needs no word of the
/// bank's. An honest card cannot come to it, because it keeps each entry before what it signed leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Contradiction {
    /// Whose signatures.
    #[n(0)]
    purse: Credentials,
    /// The place of the history of which they say something else.
    #[n(1)]
    sequence: u64,
    #[n(2)]
    first: Said,
    #[n(3)]
    second: Said,
}

impl Message for Contradiction {
    const TYPE: u16 = message::CONTRADICTION;
    const LEN_MAX: usize = 2 * SAID_BYTES_MAX + 2048;
}

impl Contradiction {
    /// Of two signed messages.
    #[must_use]
    pub fn new(
        purse: Credentials,
        sequence: u64,
        (first_kind, first): (SaidKind, Vec<u8>),
        (second_kind, second): (SaidKind, Vec<u8>),
    ) -> Self {
        Self {
            purse,
            sequence,
            first: Said {
                kind: first_kind,
                signed: first,
            },
            second: Said {
                kind: second_kind,
                signed: second,
            },
        }
    }

    /// Who was caught: verifies purse and both signatures, and that they say two things of one place. `at` is when the
    /// purse's certificate counted.
    ///
    /// # Errors
    /// [`LocalError::NoContradiction`] if both can be true; else what does not hold.
    pub fn verify(
        &self,
        bank: (&Domain, &VerifyingKey),
        at: Timestamp,
    ) -> Result<PurseNumber, LocalError> {
        let shown = self.purse.verify(bank, at)?;
        let first = self.first.claim(&shown.key, self.sequence)?;
        let second = self.second.claim(&shown.key, self.sequence)?;
        let of_one_place = first.purse == second.purse && first.sequence == second.sequence;
        if !of_one_place || first.purse != shown.certificate.number || first.entry == second.entry {
            return Err(LocalError::NoContradiction);
        }
        Ok(first.purse)
    }
}

impl Said {
    /// What it says of that place.
    fn claim(&self, key: &VerifyingKey, sequence: u64) -> Result<Claim, LocalError> {
        let claim = match self.kind {
            SaidKind::Payment => Some(keyed::open::<LocalPayment>(&self.signed, key)?.claim()),
            SaidKind::Receipt => keyed::open::<LocalAnswer>(&self.signed, key)?.claim(),
            SaidKind::OrderPayment => {
                let said: PursePayment = keyed::open(&self.signed, key)?;
                Some(newest(said.purse, &said.state))
            }
            SaidKind::Movement => {
                let said: MovementRequest = keyed::open(&self.signed, key)?;
                Some(newest(said.purse, &said.state))
            }
            SaidKind::Report => keyed::open::<PurseReport>(&self.signed, key)?.claim(sequence),
        };
        claim
            .filter(|claim| claim.sequence == sequence)
            .ok_or(LocalError::NoContradiction)
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
