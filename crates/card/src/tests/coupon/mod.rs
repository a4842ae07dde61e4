//! The coupon applet at its boundary; a test key plays the office.

mod abuse;
pub(super) mod lived;
mod locking;
mod pin_block;
mod progress;
mod signing;
mod storing;
mod words;
pub(super) mod world;
