//! The home applet's commands, what is asked in them, and what comes back. One half is used at home ([`lending`], and
//! [`calls`] for what a proxy asks); the other by whoever is away ([`access`]).

pub mod access;
pub mod calls;
pub mod lending;

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_protocol::home::{PASSWORD_BYTES_MAX, PASSWORD_BYTES_MIN, PublicKeys};
use tallystick_protocol::wire::cbor::decode_value;

use super::{CardError, data};

/// More bytes than any of these responses has.
const RESPONSE_MAX: usize = 65_536;

/// The public keys of a home card, or of a terminal.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn public_keys(response: &[u8]) -> Result<PublicKeys, CardError> {
    value(response)
}

/// Bytes to be passed on as they are: something signed, something encoded, or a record.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`] if there are none.
pub fn bytes(response: &[u8]) -> Result<Vec<u8>, CardError> {
    match data(response)? {
        [] => Err(CardError::Malformed),
        bytes => Ok(bytes.to_vec()),
    }
}

fn value<T>(response: &[u8]) -> Result<T, CardError>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    decode_value(data(response)?, RESPONSE_MAX).map_err(|_| CardError::Malformed)
}

/// The password as it goes to the card.
fn password(password: &str) -> Result<Vec<u8>, CardError> {
    if (PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX).contains(&password.len()) {
        Ok(password.as_bytes().to_vec())
    } else {
        Err(CardError::MalformedPassword)
    }
}
