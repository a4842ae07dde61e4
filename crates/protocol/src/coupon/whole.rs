//! A coupon as it is kept, handed on and shown: its three signed pieces.

use alloc::vec::Vec;

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use super::{CouponTerms, Owner, OwnerKey, Ownership, TermsError};
use crate::trust::keyed::{self, KeyedError};
use crate::trust::signature::VerifyingKey;
use crate::wire::cbor::{CborError, Message, decode, encode};
use crate::wire::identifier::Domain;
use crate::wire::registry::message;
use crate::wire::time::Timestamp;

/// Why a coupon is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CouponError {
    /// It cannot be read.
    #[error("This is no coupon: {0}")]
    Unreadable(#[from] CborError),
    /// The office's key did not sign what it is worth.
    #[error("What the coupon is worth was not signed by its office: {0}")]
    Terms(KeyedError),
    /// The terms are those of no coupon.
    #[error("The coupon's terms do not hold: {0}")]
    NoTerms(#[from] TermsError),
    /// The office's key did not sign whose key the owner's is.
    #[error("The owner's key was not stated by the office: {0}")]
    OwnerKey(KeyedError),
    /// One key stands for both, so that its two signatures would say no more than one.
    #[error("The owner's key is no key of its own.")]
    OneKey,
    /// The owner's key did not sign whose the coupon is.
    #[error("Whose the coupon is was not signed by its owner's key: {0}")]
    Ownership(KeyedError),
    /// Another office's.
    #[error("The coupon is of another office.")]
    OtherOffice,
    /// Parts of several coupons, or of several owners.
    #[error("The parts do not belong to one coupon.")]
    Transplanted,
    /// It was issued after now.
    #[error("The coupon says that it was issued in the future.")]
    FromTheFuture,
    /// Its time is over (T001-8).
    #[error("The coupon has expired.")]
    Expired,
}

/// A coupon. It is worth nothing to whoever only reads it: it moves by what its owner's card signs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Coupon {
    /// The signed [`CouponTerms`] (sigValue).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub terms: Vec<u8>,
    /// The signed [`OwnerKey`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub owner_key: Vec<u8>,
    /// The signed [`Ownership`] (sigOwner).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub ownership: Vec<u8>,
}

impl Message for Coupon {
    const TYPE: u16 = message::COUPON;
    const LEN_MAX: usize = 7 * 1024;
}

/// What a coupon says, its signatures verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedCoupon {
    /// What it is worth.
    pub terms: CouponTerms,
    /// Whose it is.
    pub ownership: Ownership,
}

/// How far an office's clock may be ahead, in seconds.
const AHEAD_SECONDS: u64 = 300;

impl Coupon {
    /// Reads and verifies a coupon of that office, whose key for coupons is `key`: both signatures, that they belong
    /// together, and that it is not over.
    ///
    /// # Errors
    /// [`CouponError`] says what does not hold.
    pub fn open(
        bytes: &[u8],
        office: (&Domain, &VerifyingKey),
        now: Timestamp,
    ) -> Result<OpenedCoupon, CouponError> {
        let opened = decode::<Self>(bytes)?.verify(office)?;
        if opened.terms.issued_at > now.plus_seconds(AHEAD_SECONDS) {
            return Err(CouponError::FromTheFuture);
        }
        if opened.terms.valid_until <= now {
            return Err(CouponError::Expired);
        }
        Ok(opened)
    }

    /// Verifies both signatures and that they belong together, whatever time it is: for a coupon that is over and still
    /// shown.
    ///
    /// # Errors
    /// [`CouponError`], but not [`CouponError::Expired`].
    pub fn verify(
        &self,
        (office, key): (&Domain, &VerifyingKey),
    ) -> Result<OpenedCoupon, CouponError> {
        let terms: CouponTerms = keyed::open(&self.terms, key).map_err(CouponError::Terms)?;
        let stated: OwnerKey = keyed::open(&self.owner_key, key).map_err(CouponError::OwnerKey)?;
        let owner_key = stated
            .verifying_key()
            .map_err(|_| CouponError::OwnerKey(KeyedError::Malformed))?;
        if owner_key == *key {
            return Err(CouponError::OneKey);
        }
        let ownership: Ownership =
            keyed::open(&self.ownership, &owner_key).map_err(CouponError::Ownership)?;
        let of_office = [&terms.office, &stated.office, &ownership.office];
        if of_office.iter().any(|domain| *domain != office) {
            return Err(CouponError::OtherOffice);
        }
        let is_one = ownership.coupon == terms.coupon
            && ownership.valid_until == terms.valid_until
            && ownership.owner == stated.owner;
        if !is_one {
            return Err(CouponError::Transplanted);
        }
        terms.check()?;
        Ok(OpenedCoupon { terms, ownership })
    }

    /// SHA-256 of its encoding: which coupon, in which owner's hands.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(encode(self)).into()
    }
}

impl OpenedCoupon {
    /// Whose it is.
    #[must_use]
    pub const fn owner(&self) -> &Owner {
        &self.ownership.owner
    }
}
