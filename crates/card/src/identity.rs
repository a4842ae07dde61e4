//! The identity applet: a subset of PIV (NIST SP 800-73-5), so that an ordinary PIV card can take its
//! place and standard tools can talk to it.
//!
//! Three things differ. There is no card management key: a signature key and the first certificate
//! are written without a PIN, and replaced or deleted only after the PIN was verified. The PIN, once
//! verified, also holds for the keys applet. And a holder with several accounts has a signature key
//! for each: the first is PIV's own, the others stand where PIV keeps retired keys, and here every
//! one of them wants the PIN for each signature ("PIN always", SP 800-73-5 part 1, §3.3.2).

mod change_reference_data;
mod data_objects;
mod delete_key;
mod general_authenticate;
mod generate_asymmetric;
mod primes;
mod reset_retry_counter;
pub(crate) mod signature_key;
mod verify;

pub(crate) use change_reference_data::change_reference_data;
pub(crate) use data_objects::{MAX_CERTIFICATE, get_data, put_data};
pub(crate) use delete_key::delete_key;
pub(crate) use general_authenticate::general_authenticate;
pub(crate) use generate_asymmetric::generate_asymmetric;
pub(crate) use reset_retry_counter::reset_retry_counter;
pub(crate) use verify::verify;

/// RSA with 2048 bits (NIST SP 800-78-5, table 10).
const RSA_2048: u8 = 0x07;
/// The digital signature key (SP 800-73-5 part 1, table 4b).
pub(crate) const FIRST_KEY: u8 = 0x9c;
/// The signature keys of further accounts, numbered as the retired keys (SP 800-73-5 part 1, table
/// 4b): one for each slot of the keys applet after the first.
pub(crate) const FURTHER_KEYS: core::ops::RangeInclusive<u8> = 0x82..=0x90;

/// Whether a signature key can be there.
fn is_signature_key(reference: u8) -> bool {
    reference == FIRST_KEY || FURTHER_KEYS.contains(&reference)
}
