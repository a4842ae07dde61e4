//! Orders that coupons pay, in part or whole: the whole wallet, the real card, the real shop, issuer, courier and coupon
//! office, all in one process.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

#[path = "../../../parties/tests/purchase/ask.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod ask;
mod buyer;
mod choosing;
mod coupons_alone;
#[path = "../bank/customer.rs"]
#[allow(dead_code, reason = "the tests of banks use the rest")]
mod customer;
#[path = "../purchase/device.rs"]
mod device;
mod ends;
#[path = "../purchase/holder.rs"]
#[allow(dead_code, reason = "the tests of purchases use the rest")]
mod holder;
mod paying;
mod purse;
mod seeing;
#[path = "../../../parties/tests/purchase/world.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod world;
