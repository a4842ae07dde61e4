//! Coupons at the checkout: which a shop takes, what each of them pays of an order, and what goes back to whom.
//!
//! The holder's card signs each coupon over to the shop alone, and the order's field *coupons* carries them to it. Whoever pays
//! the rest reads the rest as the order's amount, and of the coupons nothing. What each coupon pays says one function
//! ([`CouponRule::shares`]), in the wallet as at the shop.

mod refunded;
mod rule;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::field::Field;
use super::order::{FieldError, VALUE_MAX_BYTES};
use crate::wire::cbor::{decode_value, encode_value};
use crate::wire::money::Money;

pub use refunded::{Paid, RefundOrder, SplitRefund, SplitRefundError, split_refund};
pub use rule::{
    Applied, CONDITIONS_MAX, CouponMix, CouponOrder, CouponRule, CouponRuleError, CouponUnfit,
    OFFICES_MAX,
};

/// The most coupons that one order takes.
pub const COUPONS_MAX: usize = 4;

/// A coupon that pays a part of an order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponShare {
    /// The encoded [`Coupon`](crate::coupon::Coupon).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub coupon: Vec<u8>,
    /// The signed [`CouponTransfer`](crate::coupon::CouponTransfer) to the shop.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub transfer: Vec<u8>,
    /// How much of its value this order takes, not zero.
    #[n(2)]
    pub amount: Money,
}

/// The content of the field *coupons*: 1 to [`COUPONS_MAX`] of them, in [`VALUE_MAX_BYTES`].
///
/// # Errors
/// [`FieldError::Coupons`] of none, too many, or too long ones.
pub(crate) fn content_of(shares: &[CouponShare]) -> Result<Vec<u8>, FieldError> {
    require_number(shares)?;
    let content = encode_value(&shares);
    if content.len() > VALUE_MAX_BYTES {
        return Err(FieldError::Coupons);
    }
    Ok(content)
}

/// Reads the field *coupons*.
///
/// # Errors
/// [`FieldError::Malformed`], or [`FieldError::Coupons`] of none or too many.
pub fn coupons_of(value: &[u8]) -> Result<Vec<CouponShare>, FieldError> {
    let shares: Vec<CouponShare> =
        decode_value(value, VALUE_MAX_BYTES).map_err(|_| FieldError::Malformed(Field::Coupons))?;
    require_number(&shares)?;
    Ok(shares)
}

fn require_number(shares: &[CouponShare]) -> Result<(), FieldError> {
    if (1..=COUPONS_MAX).contains(&shares.len()) {
        Ok(())
    } else {
        Err(FieldError::Coupons)
    }
}
