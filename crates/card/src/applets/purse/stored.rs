//! The applet's part of the card's state.

use alloc::vec::Vec;

use minicbor::{Encode, bytes::ByteVec};
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::purse::{
    Checkpoint, ENTRIES_MAX, HistoryEntry, PENDING_MAX, PurseCertificate, PurseKind, PurseNumber,
};
use tallystick_protocol::trust::certificate::ANCHORS_MAX;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::{Domain, TransactionId};
use tallystick_protocol::wire::money::MINOR_MAX;

use super::key::PurseKey;
use super::local::{ASKED_MAX, Asked, GivenAway};
use super::pending::Pending;
use crate::StatusWord;
use crate::applets::issuers::{Issuer, is_certificate};
use crate::safe::SafeSlit;

/// Purses that a card holds.
pub(crate) const PURSES_MAX: usize = 16;
/// Banks whose certificates a card holds: no more than it has purses.
pub(super) const BANKS_MAX: usize = PURSES_MAX;
/// A history with that many entries is full. What was pending then still gets its entry, so that there are at most
/// [`PENDING_MAX`] more; one report carries them all.
pub(crate) const HISTORY_MAX: usize = 32;
const _: () = assert!(HISTORY_MAX + PENDING_MAX <= ENTRIES_MAX);

/// Everything about purses.
#[derive(Clone, Debug, Default, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Purses {
    /// The roots (DER) that certify banks (Fig 7: CA-verify certificate); set once.
    #[n(0)]
    pub(super) roots: Vec<ByteVec>,
    /// The banks, in the order in which they came.
    #[n(1)]
    pub(super) banks: Vec<Issuer>,
    /// The purses, by place.
    #[n(2)]
    pub(super) purses: Vec<Purse>,
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Purse {
    #[n(0)]
    pub(super) place: u8,
    /// The key that signs; none of a prepaid purse.
    #[n(1)]
    pub(super) key: Option<PurseKey>,
    /// The key that is to replace it.
    #[n(2)]
    pub(super) next_key: Option<PurseKey>,
    /// The digest of the key that was replaced last.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(super) old_key: Option<[u8; 32]>,
    /// The purse, once the bank has opened it.
    #[n(4)]
    pub(super) value: Option<Value>,
}

/// A purse's value info (Fig 8, Fig 11).
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Value {
    /// The signed purse certificate (items 1 to 4).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) certificate: Vec<u8>,
    /// The newest checkpoint (items 5 to 7).
    #[n(1)]
    pub(super) checkpoint: Checkpoint,
    /// The signed message that brought it (item 8).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) checkpoint_message: Vec<u8>,
    /// What can be spent (item 9: curAmt), in minor units.
    #[n(3)]
    pub(super) amount: u64,
    /// What has not ended, oldest first.
    #[n(4)]
    pub(super) pending: Vec<Pending>,
    /// The newest entries of the history (item 10), oldest first.
    #[n(5)]
    pub(super) history: Vec<HistoryEntry>,
    /// The number of the newest entry that there ever was.
    #[n(6)]
    pub(super) sequence: u64,
    /// Its hash.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub(super) head: [u8; 32],
    /// A number drawn for a movement that is still to begin.
    #[n(8)]
    pub(super) drawn: Option<TransactionId>,
    /// What it asked other purses for, oldest first.
    #[n(9)]
    pub(super) asked: Vec<Asked>,
    /// What it gave other purses and the bank does not know, oldest first.
    #[n(10)]
    pub(super) given: Vec<GivenAway>,
}

impl Purses {
    /// What stands at a place.
    pub(super) fn at(&self, place: u8) -> Option<&Purse> {
        self.purses.iter().find(|purse| purse.place == place)
    }

    /// Puts a purse in its place.
    pub(super) fn put(&mut self, purse: Purse) {
        self.purses.retain(|other| other.place != purse.place);
        let index = self
            .purses
            .partition_point(|other| other.place < purse.place);
        self.purses.insert(index, purse);
    }

    /// Whether another place has the purse of that bank and number.
    pub(super) fn has(&self, bank: &Domain, number: PurseNumber) -> bool {
        self.place_of(bank, number).is_some()
    }

    /// Where the purse of that bank and number is.
    pub(super) fn place_of(&self, bank: &Domain, number: PurseNumber) -> Option<u8> {
        let mut purses = self.purses.iter();
        let purse = purses.find(|purse| {
            let certificate = purse.value.as_ref().and_then(|value| value.terms().ok());
            certificate.is_some_and(|terms| terms.number == number && terms.bank == *bank)
        });
        purse.map(|purse| purse.place)
    }

    /// Seals what came before the card had a safe.
    pub(crate) fn put_into_safe(
        &mut self,
        safe: &SafeSlit,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        for purse in &mut self.purses {
            for key in purse.key.iter_mut().chain(&mut purse.next_key) {
                key.put_into_safe(purse.place, safe, rng)?;
            }
        }
        Ok(())
    }

    /// The secrets of all keys, as they are written down and as they are.
    #[cfg(test)]
    pub(crate) fn secrets(
        &self,
        safe: &crate::safe::SafeKey,
    ) -> Vec<(&[u8], crate::secret_bytes::SecretBytes)> {
        let mut secrets = Vec::new();
        for purse in &self.purses {
            for key in purse.key.iter().chain(&purse.next_key) {
                secrets.push(key.secret(purse.place, safe));
            }
        }
        secrets
    }

    /// Whether it is as a card writes it.
    pub(crate) fn is_valid(&self, has_safe: bool) -> bool {
        self.roots.len() <= ANCHORS_MAX
            && self.banks.len() <= BANKS_MAX
            && self.purses.len() <= PURSES_MAX
            && self.roots.iter().all(|root| is_certificate(root))
            && self.banks.iter().all(Issuer::is_valid)
            && self.purses.is_sorted_by(|one, next| one.place < next.place)
            && self.purses.iter().all(|purse| purse.is_valid(has_safe))
    }
}

impl Purse {
    /// A place with nothing at it.
    pub(super) const fn empty(place: u8) -> Self {
        Self {
            place,
            key: None,
            next_key: None,
            old_key: None,
            value: None,
        }
    }

    fn is_valid(&self, has_safe: bool) -> bool {
        usize::from(self.place) < PURSES_MAX
            && (self.key.is_some() || self.value.is_some())
            && (self.key.iter().chain(&self.next_key)).all(|key| key.is_valid(has_safe))
            && (self.next_key.is_none() || self.value.is_some())
            && self.value.as_ref().is_none_or(|value| {
                let kind = value.terms().map(|terms| terms.kind);
                value.is_valid() && (kind == Ok(PurseKind::Prepaid)) == self.key.is_none()
            })
    }
}

impl Value {
    /// What the purse certificate says. It was verified when it came.
    pub(super) fn terms(&self) -> Result<PurseCertificate, StatusWord> {
        keyed::unverified(&self.certificate).map_err(|_| StatusWord::MemoryFailure)
    }

    fn is_valid(&self) -> bool {
        let counts = |pending: &&Pending| pending.is_out() || pending.may_come_in();
        let mut held = self.pending.iter().filter(counts);
        let held = held.try_fold(self.amount, |sum, pending| {
            sum.checked_add(pending.amount)
                .filter(|sum| *sum <= MINOR_MAX)
        });
        self.terms()
            .is_ok_and(|terms| terms.number == self.checkpoint.purse)
            && held.is_some()
            && self.pending.len() <= PENDING_MAX
            && self.asked.len() <= ASKED_MAX
            && self.history.len() <= HISTORY_MAX + PENDING_MAX
    }
}
