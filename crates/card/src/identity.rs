//! The identity applet: a subset of PIV (NIST SP 800-73-5), so that an ordinary PIV card can take its
//! place and standard tools can talk to it.
//!
//! Two things differ. There is no card management key: the first signature key and the first
//! certificate are written without a PIN, and both are replaced only after the PIN was verified. And
//! the PIN, once verified, also holds for the keys applet. One verification allows one signature
//! ("PIN always", SP 800-73-5 part 1, §3.3.2).

mod change_reference_data;
mod data_objects;
mod general_authenticate;
mod generate_asymmetric;
mod primes;
mod reset_retry_counter;
pub(crate) mod signature_key;
mod verify;

pub(crate) use change_reference_data::change_reference_data;
pub(crate) use data_objects::{MAX_CERTIFICATE, get_data, put_data};
pub(crate) use general_authenticate::general_authenticate;
pub(crate) use generate_asymmetric::generate_asymmetric;
pub(crate) use reset_retry_counter::reset_retry_counter;
pub(crate) use verify::verify;

/// RSA with 2048 bits (NIST SP 800-78-5, table 10).
const RSA_2048: u8 = 0x07;
/// The digital signature key (SP 800-73-5 part 1, table 4b).
const SIGNATURE_KEY: u8 = 0x9c;
