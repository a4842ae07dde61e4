//! Two things that a purse has signed of one place of its history: the proof that it was spent twice.

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::word::{SaidKind, Word};
use super::{Credentials, LocalError};
use crate::purse::{PurseNumber, PurseReport};
use crate::trust::keyed;
use crate::trust::signature::VerifyingKey;
use crate::wire::cbor::Message;
use crate::wire::identifier::Domain;
use crate::wire::registry::message;
use crate::wire::time::Timestamp;

/// The longest of the two, in bytes: a report is that long.
const SAID_BYTES_MAX: usize = keyed::max_len::<PurseReport>();

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

/// A purse that was caught, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// Who.
    pub purse: PurseNumber,
    /// At which place of its history.
    pub sequence: u64,
    /// The two things that it signed of it.
    pub words: [Word; 2],
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

    /// When the bank signed the purse, as the proof says: a moment at which the purse's certificate counted. Times that
    /// the purse itself says are its own words. Nothing else may be decided by it before [`Contradiction::caught`].
    ///
    /// # Errors
    /// [`LocalError::Malformed`].
    pub fn certified_at(&self) -> Result<Timestamp, LocalError> {
        self.purse.certified_at()
    }

    /// As [`Contradiction::caught`], with the purse alone.
    ///
    /// # Errors
    /// As there.
    pub fn verify(
        &self,
        bank: (&Domain, &VerifyingKey),
        at: Timestamp,
    ) -> Result<PurseNumber, LocalError> {
        Ok(self.caught(bank, at)?.purse)
    }

    /// Who was caught, and by what: verifies purse and both signatures, and that they say two things of one place. `at` is
    /// when the purse's certificate counted.
    ///
    /// # Errors
    /// [`LocalError::NoContradiction`] if both can be true; else what does not hold.
    pub fn caught(
        &self,
        bank: (&Domain, &VerifyingKey),
        at: Timestamp,
    ) -> Result<Caught, LocalError> {
        let shown = self.purse.verify(bank, at)?;
        let open = |said: &Said| Word::open(said.kind, &said.signed, &shown.key);
        let words = [open(&self.first)?, open(&self.second)?];
        let claims = words.each_ref().map(|word| {
            let claim = word.claim(self.sequence);
            claim.filter(|_| word.bank() == bank.0)
        });
        let purse = shown.certificate.number;
        match claims {
            [Some(first), Some(second)]
                if [first.purse, second.purse] == [purse; 2] && first.entry != second.entry =>
            {
                Ok(Caught {
                    purse,
                    sequence: self.sequence,
                    words,
                })
            }
            _ => Err(LocalError::NoContradiction),
        }
    }
}
