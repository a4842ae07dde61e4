//! Responses.

use alloc::vec::Vec;

use tallystick_protocol::wire::cbor::decode_value;

use super::{CouponView, ListedCoupon, PLACES};
use crate::host::replies::list;
use crate::host::{CardError, data};

pub use crate::host::purse::signed;
pub use crate::host::replies::tries_left;

/// More bytes than any of these responses has.
const RESPONSE_MAX: usize = 32 * 1024;

/// Where the card has put a coupon.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn place(response: &[u8]) -> Result<u8, CardError> {
    match data(response)? {
        [place] if *place < PLACES => Ok(*place),
        _ => Err(CardError::Malformed),
    }
}

/// What a place holds.
///
/// # Errors
/// As [`data`] ([`CardError::NotFound`] if it is empty); [`CardError::Malformed`].
pub fn coupon(response: &[u8]) -> Result<CouponView, CardError> {
    decode_value(data(response)?, RESPONSE_MAX).map_err(|_| CardError::Malformed)
}

/// The places that are taken, in ascending order.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`] also unless they ascend and are of this card's size.
pub fn coupons(response: &[u8]) -> Result<Vec<ListedCoupon>, CardError> {
    let coupons: Vec<ListedCoupon> = list(data(response)?, PLACES.into(), RESPONSE_MAX)?;
    let ascend = coupons.is_sorted_by(|one, next| one.place < next.place);
    if ascend && coupons.last().is_none_or(|last| last.place < PLACES) {
        Ok(coupons)
    } else {
        Err(CardError::Malformed)
    }
}
