//! The key with which an office signs coupons: not the one with which it signs as a party.

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::trust::statement::{Envelope, signed_message};
use crate::wire::registry::{context, message};

/// An office asks the certification authority to certify its key for coupons in the role of a coupon office. Signed as the
/// party that it is in orders.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponKeyRequest {
    /// From the office to the authority; its transaction is SHA-256 of the key.
    #[n(0)]
    pub envelope: Envelope,
    /// The key (subject public key info, DER): P-256.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub public_key: Vec<u8>,
    /// The authority's leave for the role of a coupon office at this domain, 32 bytes, obtained beforehand.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub token: [u8; 32],
}
signed_message!(
    CouponKeyRequest,
    message::COUPON_KEY_REQUEST,
    2048,
    context::COUPON_KEY_REQUEST
);

impl core::fmt::Debug for CouponKeyRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CouponKeyRequest")
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
}
