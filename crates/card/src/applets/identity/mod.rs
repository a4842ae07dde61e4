//! The identity applet: a subset of PIV (NIST SP 800-73-5), so that an ordinary PIV card can take its
//! place and standard tools can talk to it.
//!
//! Three things differ. There is no card management key: a key and its first certificate are written
//! without a PIN, and replaced or deleted only after the PIN was verified; what cannot be written is
//! computed. The PIN, once verified, also holds for the keys applet. And a holder with several accounts
//! has a signature key for each: the first is PIV's own, the others stand where PIV keeps retired keys,
//! and here every one of them wants the PIN for each signature. So there is no key history object.

mod card_identifier;
mod change_reference_data;
mod data_objects;
mod delete_key;
mod general_authenticate;
mod generate_asymmetric;
mod key_reference;
mod primes;
mod reset_retry_counter;
pub(crate) mod rsa_key;
mod verify;

pub(crate) use change_reference_data::change_reference_data;
pub(crate) use data_objects::{CERTIFICATE_MAX, get_data, put_data};
pub(crate) use delete_key::delete_key;
pub(crate) use general_authenticate::general_authenticate;
pub(crate) use generate_asymmetric::generate_asymmetric;
pub(crate) use key_reference::{KeyReference, SIGNATURE};
pub(crate) use reset_retry_counter::reset_retry_counter;
pub(crate) use verify::{present_pin, verify};

/// RSA with 2048 bits (NIST SP 800-78-5, table 10).
const RSA_2048: u8 = 0x07;
