//! The applet's part of the card's state.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::coupon::{CouponId, CouponTransfer};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::lock::Lock;
use crate::StatusWord;
use crate::applets::issuers::Issuer;
use crate::host::coupon::{Progress, SignedKind};
use crate::safe::{KeptSecret, Place, SafeKey, SafeSlit};

/// Coupons that a card holds.
pub(crate) const COUPONS_MAX: usize = 64;
/// The longest coupon that a card takes, encoded, in bytes: one of eight shops with long names has more.
pub(crate) const COUPON_BYTES_MAX: usize = 1536;
/// Offices whose certificates a card holds.
pub(super) const OFFICES_MAX: usize = 16;
/// Coupons that a card remembers after they were removed.
pub(super) const GONE_MAX: usize = 64;
/// More than coupon and signed message take, encoded together.
const CONTENT_BYTES_MAX: usize = COUPON_BYTES_MAX + keyed::max_len::<CouponTransfer>() + 64;

/// More than all of it takes when it is written down, in bytes.
pub(crate) const ROOM_MAX: usize = COUPONS_MAX * (CONTENT_BYTES_MAX + RECORD_ROOM)
    + OFFICES_MAX * (Certificate::LEN_MAX + NAME_ROOM)
    + GONE_MAX * NAME_ROOM
    + NAME_ROOM;
/// More than a coupon takes beside its content: a name, 11 numbers and digests, what seals it.
const RECORD_ROOM: usize = 1024;
/// More than a name, a number and a few more bytes take; and more than the lock does.
const NAME_ROOM: usize = 512;

/// Everything about coupons.
#[derive(Clone, Debug, Default, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Coupons {
    /// The offices, in the order in which they came.
    #[n(0)]
    pub(super) offices: Vec<Issuer>,
    /// The coupons, by place.
    #[n(1)]
    pub(super) coupons: Vec<Record>,
    /// What was removed, and is not to come back as it was.
    #[n(2)]
    pub(super) gone: Vec<Gone>,
    /// The password; none on a card that was never given one.
    #[n(3)]
    pub(super) lock: Option<Lock>,
}

/// What stands at a place. What is in clear here says which coupon it is and what binds it, and nothing of what it is worth,
/// where, and to whom it goes.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Record {
    #[n(0)]
    pub(super) place: u8,
    #[n(1)]
    pub(super) office: Domain,
    #[n(2)]
    pub(super) coupon: CouponId,
    /// Whose it is: one whose keys are in this card.
    #[n(3)]
    pub(super) holder: HolderId,
    #[n(4)]
    pub(super) change: u32,
    #[n(5)]
    pub(super) valid_until: Timestamp,
    /// SHA-256 of the coupon, encoded.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub(super) digest: [u8; 32],
    #[n(7)]
    pub(super) progress: Progress,
    /// The newest time at which the office said how it is.
    #[n(8)]
    pub(super) told: Timestamp,
    /// What was signed about it and binds it.
    #[n(9)]
    pub(super) bound: Option<Bound>,
    /// [`Content`], sealed if it is locked.
    #[n(10)]
    pub(super) kept: KeptSecret,
}

/// What a coupon is bound by.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Bound {
    #[n(0)]
    pub(super) kind: SignedKind,
    /// To whom it goes, as a digest.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) to: [u8; 32],
    /// The digest of the message that was signed, which the office's answer names.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) asked: [u8; 32],
    /// From then on it counts no more; none of a conversion.
    #[n(3)]
    pub(super) until: Option<Timestamp>,
    /// The digest of the message that takes a link back.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub(super) cancelled_by: Option<[u8; 32]>,
    /// Until when what was signed before it, for the same receiver, counts.
    #[n(5)]
    pub(super) earlier: Option<Timestamp>,
}

/// What of a coupon nobody reads while it is locked.
#[derive(PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Content {
    /// The encoded coupon.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) coupon: Vec<u8>,
    /// The signed message that binds it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) signed: Option<Vec<u8>>,
}

/// A coupon that was removed.
#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(super) struct Gone {
    #[n(0)]
    pub(super) office: Domain,
    #[n(1)]
    pub(super) coupon: CouponId,
    /// With fewer changes of its owner it does not come back.
    #[n(2)]
    pub(super) from: u32,
    /// When it is over, so that it need not be remembered.
    #[n(3)]
    pub(super) valid_until: Timestamp,
}

impl Coupons {
    /// What stands at a place.
    pub(super) fn at(&self, place: u8) -> Result<&Record, StatusWord> {
        let mut coupons = self.coupons.iter();
        let record = coupons.find(|record| record.place == place);
        record.ok_or(StatusWord::ReferenceNotFound)
    }

    /// Puts a coupon in its place.
    pub(super) fn put(&mut self, record: Record) {
        let index = self
            .coupons
            .partition_point(|other| other.place < record.place);
        match self.coupons.get_mut(index) {
            Some(other) if other.place == record.place => *other = record,
            _ => self.coupons.insert(index, record),
        }
    }

    /// The lowest place that is free.
    pub(super) fn free_place(&self) -> Result<u8, StatusWord> {
        let is_free = |place: &u8| self.at(*place).is_err();
        (0..COUPONS_MAX as u8)
            .find(is_free)
            .ok_or(StatusWord::CouponsFull)
    }

    /// More than it takes when it is written down, in bytes.
    pub(crate) fn room(&self) -> usize {
        let offices = self.offices.iter().map(|one| one.certificate.len());
        let contents = self.coupons.iter().map(|one| one.kept.len());
        offices.chain(contents).sum::<usize>()
            + self.coupons.len() * RECORD_ROOM
            + (self.offices.len() + self.gone.len() + 1) * NAME_ROOM
    }

    /// Whether it is as a card writes it.
    pub(crate) fn is_valid(&self) -> bool {
        self.offices.len() <= OFFICES_MAX
            && self.offices.iter().all(Issuer::is_valid)
            && self.coupons.len() <= COUPONS_MAX
            && (self.coupons).is_sorted_by(|one, next| one.place < next.place)
            && (self.coupons.iter()).all(|record| record.is_valid(self.lock.is_some()))
            && self.gone.len() <= GONE_MAX
            && self.lock.as_ref().is_none_or(Lock::is_valid)
    }
}

impl Record {
    pub(super) const fn is_locked(&self) -> bool {
        matches!(self.kept, KeptSecret::Sealed(_))
    }

    /// What it is, once the password was given of a locked one.
    pub(super) fn content(&self, key: Option<&SafeKey>) -> Result<Content, StatusWord> {
        let bytes = match (&self.kept, key) {
            (KeptSecret::Clear(bytes), _) => bytes.clone(),
            (kept, Some(key)) => key.open(&Place::Coupon(&self.coupon), kept)?,
            _ => return Err(StatusWord::Locked),
        };
        let content = decode_value(bytes.as_slice(), CONTENT_BYTES_MAX);
        let mut content: Content = content.map_err(|_| StatusWord::MemoryFailure)?;
        // The office freed it while it was locked.
        content.signed = content.signed.filter(|_| self.bound.is_some());
        Ok(content)
    }

    /// Nothing binds it any more.
    pub(super) fn free(&mut self) -> Result<(), StatusWord> {
        self.bound = None;
        if !self.is_locked() {
            self.kept = in_clear(&self.content(None)?);
        }
        Ok(())
    }

    /// Keeps what it is: in clear, or behind the password.
    pub(super) fn keep(
        &mut self,
        content: &Content,
        lock: Option<&SafeSlit>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        let kept = in_clear(content);
        self.kept = match lock {
            Some(slit) => kept.into_safe(slit, &Place::Coupon(&self.coupon), rng)?,
            None => kept,
        };
        Ok(())
    }

    fn is_valid(&self, has_lock: bool) -> bool {
        let content = || self.content(None);
        usize::from(self.place) < COUPONS_MAX
            && self.kept.len() <= CONTENT_BYTES_MAX
            && match self.is_locked() {
                true => has_lock,
                false => content().is_ok_and(|one| one.signed.is_some() == self.bound.is_some()),
            }
    }
}

fn in_clear(content: &Content) -> KeptSecret {
    KeptSecret::Clear(Zeroizing::new(encode_value(content)).into())
}
