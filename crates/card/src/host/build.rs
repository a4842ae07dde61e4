//! The form of a command APDU.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::CardError;
use crate::iso::apdu::{DATA_MAX, LONG_DATA_MAX};

/// Header, data, and room for as much response data as there can be, in extended form.
pub(super) fn apdu(header: [u8; 4], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
    built(header, data, DATA_MAX)
}

/// The same for the few commands that carry more.
pub(super) fn long_apdu(header: [u8; 4], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
    built(header, data, LONG_DATA_MAX)
}

fn built(header: [u8; 4], data: &[u8], most: usize) -> Result<Zeroizing<Vec<u8>>, CardError> {
    if data.len() > most {
        return Err(CardError::TooLarge);
    }
    let [.., high, low] = data.len().to_be_bytes();
    let mut apdu = Zeroizing::new(Vec::with_capacity(data.len() + 9));
    apdu.extend_from_slice(&header);
    if data.is_empty() {
        apdu.extend_from_slice(&[0, 0, 0]);
        return Ok(apdu);
    }
    apdu.extend_from_slice(&[0, high, low]);
    apdu.extend_from_slice(data);
    apdu.extend_from_slice(&[0, 0]);
    Ok(apdu)
}
