//! Responses.

use tallystick_protocol::wire::cbor::decode_value;

use super::SettlementView;
use crate::host::{CardError, data};

/// More bytes than the response has.
const RESPONSE_MAX: usize = 512;

/// The key to which the card's keys are to be sealed (X25519, 32 bytes).
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn prepared(response: &[u8]) -> Result<[u8; 32], CardError> {
    let key = data(response)?.try_into();
    key.map_err(|_| CardError::Malformed)
}

/// Whose card it is.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn view(response: &[u8]) -> Result<SettlementView, CardError> {
    decode_value(data(response)?, RESPONSE_MAX).map_err(|_| CardError::Malformed)
}
