//! The coupon applet's commands, what is asked in them, and what comes back. A coupon stands at a place of the card, 0 to
//! 63, which the card chooses.

mod commands;
mod replies;
mod signing;
mod views;

pub use commands::{
    forget_password, hear_answer, hear_status, hear_verdict, list, lock, password_tries,
    present_password, put_office, read, remove, set_password, store, unlock, verify_pin_block,
};
pub use replies::{coupon, coupons, place, signed, tries_left};
pub use signing::{
    Moment, sign_cancellation, sign_conversion, sign_issue_request, sign_offer, sign_owner_change,
    sign_redemption, sign_reply, sign_transfer,
};
pub(crate) use views::ToSign;
pub use views::{CouponView, ListedCoupon, Progress, ShownCoupon, SignedKind};

/// How many coupons a card holds; places are numbered from 0.
pub const PLACES: u8 = crate::applets::coupon::COUPONS_MAX as u8;
/// The longest coupon that a card takes, encoded, in bytes.
pub const COUPON_BYTES_MAX: usize = crate::applets::coupon::COUPON_BYTES_MAX;
