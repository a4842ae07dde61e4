//! The registration authority at its HTTP boundary, with a CA and a bank that does what a test tells it.
#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach their helpers"
)]

mod applying;
mod bank;
mod bank_keys;
mod card;
mod coupon_keys;
mod making;
mod registering;
mod renewing;
mod world;
