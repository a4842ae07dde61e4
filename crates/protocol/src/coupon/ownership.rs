//! Whose a coupon is, as the office signs it with the key that it holds for that owner (source document 001: ownerId,
//! sigOwner).

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use super::{CouponId, Owner};
use crate::trust::keyed::keyed_message;
use crate::trust::signature::{SignatureError, VerifyingKey};
use crate::wire::identifier::Domain;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// Whose a coupon is. Signed by the owner's key ([`OwnerKey`]), and again after each change.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Ownership {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// The coupon.
    #[n(1)]
    pub coupon: CouponId,
    /// Its owner.
    #[n(2)]
    pub owner: Owner,
    /// How often it changed its owner before: from 0, one more each time.
    #[n(3)]
    pub change: u32,
    /// As the terms say.
    #[n(4)]
    pub valid_until: Timestamp,
    /// When it became the owner's.
    #[n(5)]
    pub at: Timestamp,
}
keyed_message!(Ownership, message::OWNERSHIP, 1024, context::OWNERSHIP);

crate::named_enum! {
    /// Who has an owner's private key.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum HeldBy {
        /// The office, sealed: its signature shows what the registry says, and not what the owner wants.
        #[n(1)]
        Office => "office",
    }
}

/// The office states that this key stands for this owner, and who holds it. Signed by the office's key for coupons.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OwnerKey {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// The owner.
    #[n(1)]
    pub owner: Owner,
    /// The public half, P-256, as [`VerifyingKey::to_short`] writes it, 33 bytes.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub key: [u8; 33],
    /// Who has the private half.
    #[n(3)]
    pub held_by: HeldBy,
    /// When it was drawn.
    #[n(4)]
    pub at: Timestamp,
}
keyed_message!(OwnerKey, message::OWNER_KEY, 1024, context::OWNER_KEY);

impl OwnerKey {
    /// The key.
    ///
    /// # Errors
    /// [`SignatureError`] if the bytes are no point of P-256.
    pub fn verifying_key(&self) -> Result<VerifyingKey, SignatureError> {
        VerifyingKey::from_short(&self.key)
    }

    /// A key of P-256 as it stands here.
    ///
    /// # Errors
    /// [`SignatureError::UnknownKind`] for any other.
    pub fn short(key: &VerifyingKey) -> Result<[u8; 33], SignatureError> {
        let bytes: Vec<u8> = key.to_short()?;
        bytes.try_into().map_err(|_| SignatureError::UnknownKind)
    }
}
