//! What is said between the wallet, the shop, the issuer and the courier.
//!
//! Pure: no I/O, no clock and no random source of its own. Everything here is a function from
//! messages, keys and the caller's random numbers to messages and verdicts.
//!
//! - [`wire`]: what messages are made of, and their one encoding.
//! - [`trust`]: who says it: signatures, certificates, statements.
//! - [`keys`]: keys from names, and that both sides have them.
//! - [`account`]: how an account and its keys come to be.
//! - [`purse`]: what a purse in a card and its bank sign.
//! - [`bank`]: how an account at a bank comes to be, and what is said around a purse.
//! - [`coupon`]: coupons with an owner.
//! - [`instrument`]: what a holder can pay with.
//! - [`settlement`]: contactless cards, settled through the browser.
//! - [`checkout`]: the order, split, and what is answered.
//! - [`settlement`]: a contactless card that pays at a security server.
//! - [`home`]: a card that stays at home and signs while its holder is away.
#![no_std]

extern crate alloc;
// The derive writes paths that hold in every crate.
extern crate self as tallystick_protocol;

pub mod account;
pub mod bank;
pub mod checkout;
pub mod coupon;
pub mod home;
pub mod instrument;
pub mod keys;
pub mod purse;
pub mod settlement;
#[cfg(feature = "test-keys")]
pub mod test_keys;
pub mod trust;
pub mod wire;
