//! Coupons that pay an order whole. Nothing is left then for anybody else to pay, so whoever answers for the order is the
//! office of the first of them: the account there signs, and the office pays nothing. It is no instrument that a holder
//! chooses: an account at an office never pays a rest as a card does.

use tallystick_protocol::instrument::{CouponDetails, Instrument, Payment};

use super::Means;
use crate::checkout::coupons::PayingCoupon;
use crate::core::error::{ErrorKind, WalletError};
use crate::slices::Slices;

/// The account of the coupon's office, as it answers for an order of which nothing is left to pay.
///
/// # Errors
/// [`ErrorKind::NoSuchCard`] if the account is gone.
pub fn means_of_office(slices: &Slices, coupon: &PayingCoupon) -> Result<Means, WalletError> {
    let account = slices.profile.card(&coupon.account)?;
    if account.instrument() != Instrument::Coupon {
        return Err(WalletError::new(ErrorKind::NoSuchCard));
    }
    Ok(Means {
        payment: Payment::Coupon(CouponDetails {
            coupon: coupon.terms.coupon,
            change: coupon.change,
        }),
        shown: account.card.number.last4().to_owned(),
        account: account.clone(),
        purse: None,
        lent: None,
        tap: None,
    })
}
