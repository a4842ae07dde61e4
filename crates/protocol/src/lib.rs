//! What is said between the wallet, the shop, the issuer and the courier.
//!
//! Pure: no I/O, no clock and no random source of its own. Everything here is a function from
//! messages, keys and the caller's random numbers to messages and verdicts.
#![no_std]

extern crate alloc;
// The derive writes paths that hold in every crate.
extern crate self as tallystick_protocol;

pub mod answers;
pub mod cbor;
pub mod certificate;
pub mod confirmation;
pub mod contact;
pub mod enrolment;
pub mod form;
pub mod identifier;
pub mod introduction;
pub mod keys;
pub mod money;
pub mod order;
pub mod policy;
pub mod problem;
pub mod signature;
pub mod statement;
#[cfg(feature = "test-keys")]
pub mod test_keys;
pub mod text;
pub mod time;
