//! Responses.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_protocol::purse::{ENTRIES_MAX, HistoryEntry};
use tallystick_protocol::wire::cbor::decode_value;
use tallystick_protocol::wire::identifier::TransactionId;

use super::{ListedPurse, PLACES, PendingMessages, Prepared, PurseView};
use crate::host::replies::list;
use crate::host::{CardError, data};

/// More bytes than any of these responses has.
const RESPONSE_MAX: usize = 128 * 1024;

/// A purse's public key (subject public key info, DER).
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`] if there is none.
pub fn public_key(response: &[u8]) -> Result<Vec<u8>, CardError> {
    signed(response)
}

/// What the card signed, as it goes to the bank or into the order.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`] if there is none.
pub fn signed(response: &[u8]) -> Result<Vec<u8>, CardError> {
    match data(response)? {
        [] => Err(CardError::Malformed),
        signed => Ok(signed.to_vec()),
    }
}

/// What a prepaid purse shows for a movement.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn prepared(response: &[u8]) -> Result<Prepared, CardError> {
    value(response)
}

/// The number that was drawn for a movement.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn transaction(response: &[u8]) -> Result<TransactionId, CardError> {
    let number = data(response)?.try_into();
    number.map(TransactionId).map_err(|_| CardError::Malformed)
}

/// What a place holds.
///
/// # Errors
/// As [`data`] ([`CardError::NotFound`] if it is empty); [`CardError::Malformed`].
pub fn purse(response: &[u8]) -> Result<PurseView, CardError> {
    value(response)
}

/// A part of a purse's history.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn history(response: &[u8]) -> Result<Vec<HistoryEntry>, CardError> {
    list(data(response)?, ENTRIES_MAX, RESPONSE_MAX)
}

/// What the card has signed about a movement.
///
/// # Errors
/// As [`data`] ([`CardError::NotFound`] if it has ended or never was); [`CardError::Malformed`].
pub fn messages(response: &[u8]) -> Result<PendingMessages, CardError> {
    value(response)
}

/// The places that are taken, in ascending order.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`] also unless they ascend and are of this card's size.
pub fn purses(response: &[u8]) -> Result<Vec<ListedPurse>, CardError> {
    let purses: Vec<ListedPurse> = list(data(response)?, PLACES.into(), RESPONSE_MAX)?;
    let ascend = purses.is_sorted_by(|one, next| one.place < next.place);
    if ascend && purses.last().is_none_or(|last| last.place < PLACES) {
        Ok(purses)
    } else {
        Err(CardError::Malformed)
    }
}

fn value<T>(response: &[u8]) -> Result<T, CardError>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    decode_value(data(response)?, RESPONSE_MAX).map_err(|_| CardError::Malformed)
}
