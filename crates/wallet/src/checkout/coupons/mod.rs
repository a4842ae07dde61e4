//! Paying an order with coupons, in part or whole.
//!
//! What each coupon pays says one function of the protocol, here as at the shop. First the card signs each coupon over to the
//! shop until the form's end, and that is stored with the coupon; only then is the order split, with the coupons in the
//! shop's part. Whoever pays the rest learns nothing of them. If they pay for everything, their office answers for the order.

mod choosing;
mod given_back;
mod handing;
mod held;
mod paying;
mod pricing;
pub mod view;

pub use choosing::{Obstacle, least_rest};
pub use paying::{PaidByCoupons, PayingCoupon};
pub use pricing::offered;
