//! Responses.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use tallystick_protocol::keys::{DerivedKey, KeyContext};
use tallystick_protocol::wire::cbor::decode_value;
use zeroize::Zeroizing;

use super::{CardError, SigningPublicKey, TakenSlot};
use crate::StatusWord;
use crate::applets::keys::{SHARES_MAX, SLOTS_MAX};
use crate::iso::apdu::DATA_MAX;
use crate::iso::tlv;

/// The response data, if the command succeeded.
///
/// # Errors
/// What the status word says; [`CardError::Malformed`] for less than two bytes.
pub fn data(response: &[u8]) -> Result<&[u8], CardError> {
    match split(response)? {
        (data, StatusWord::Success) => Ok(data),
        (_, status) => Err(status.into()),
    }
}

/// Whether the command succeeded.
///
/// # Errors
/// As [`data`].
pub fn done(response: &[u8]) -> Result<(), CardError> {
    data(response).map(|_| ())
}

/// How many tries PIN or PUK have left. A PIN that is verified has them all.
///
/// # Errors
/// [`CardError::Malformed`] or [`CardError::Refused`] if the card says something else.
pub fn tries_left(response: &[u8]) -> Result<u8, CardError> {
    match split(response)?.1 {
        StatusWord::Success => Ok(super::TRIES_MAX),
        StatusWord::TriesLeft(left) => Ok(left),
        StatusWord::Blocked => Ok(0),
        other => Err(CardError::Refused(other.into())),
    }
}

/// The public half of the signature key.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`] unless it is RSA-2048 with exponent 65,537.
pub fn signing_public_key(response: &[u8]) -> Result<SigningPublicKey, CardError> {
    let template = only(data(response)?, 0x7f49)?;
    let modulus = tlv::find(template, 0x81).and_then(|modulus| modulus.try_into().ok());
    let exponent = tlv::find(template, 0x82);
    match (modulus, exponent) {
        (Some(modulus), Some([1, 0, 1])) => SigningPublicKey::new(modulus),
        _ => Err(CardError::Malformed),
    }
}

/// The signature, 256 bytes.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn signature(response: &[u8]) -> Result<[u8; 256], CardError> {
    let template = only(data(response)?, 0x7c)?;
    only(template, 0x82)?
        .try_into()
        .map_err(|_| CardError::Malformed)
}

/// The certificate in DER, uncompressed.
///
/// # Errors
/// As [`data`] ([`CardError::NotFound`] if there is none); [`CardError::Malformed`].
pub fn certificate(response: &[u8]) -> Result<Vec<u8>, CardError> {
    let content = only(data(response)?, 0x53)?;
    let uncompressed =
        tlv::find(content, 0x71).is_none_or(|info| matches!(info, [info] if info & 1 == 0));
    match tlv::find(content, 0x70) {
        Some(der) if uncompressed => Ok(der.to_vec()),
        _ => Err(CardError::Malformed),
    }
}

/// The X25519 public key of a slot.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn enrolment_public_key(response: &[u8]) -> Result<[u8; 32], CardError> {
    data(response)?.try_into().map_err(|_| CardError::Malformed)
}

/// What answers a challenge, 32 bytes.
///
/// # Errors
/// As [`data`] ([`CardError::NotFound`] for an empty slot); [`CardError::Malformed`].
pub fn proof(response: &[u8]) -> Result<[u8; 32], CardError> {
    data(response)?.try_into().map_err(|_| CardError::Malformed)
}

/// A derived key.
///
/// # Errors
/// As [`data`] ([`CardError::NotFound`] if the share is missing, [`CardError::PinRequired`]);
/// [`CardError::Malformed`].
pub fn derived_key(response: &[u8]) -> Result<DerivedKey, CardError> {
    let key: &[u8; 32] = data(response)?
        .try_into()
        .map_err(|_| CardError::Malformed)?;
    Ok(Zeroizing::new(*key).into())
}

/// The contexts for which a slot holds a complete share.
///
/// # Errors
/// As [`data`] ([`CardError::NotFound`] for an empty slot); [`CardError::Malformed`].
pub fn held_contexts(response: &[u8]) -> Result<Vec<KeyContext>, CardError> {
    list(data(response)?, SHARES_MAX, DATA_MAX)
}

/// The slots that are taken, in ascending order.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`] also unless they ascend and are of this card's size.
pub fn slots(response: &[u8]) -> Result<Vec<TakenSlot>, CardError> {
    let slots: Vec<TakenSlot> = list(data(response)?, SLOTS_MAX, DATA_MAX)?;
    let ascend = slots.is_sorted_by(|one, next| one.slot < next.slot);
    let last = slots.last().map_or(0, |last| last.slot);
    if ascend && usize::from(last) < SLOTS_MAX {
        Ok(slots)
    } else {
        Err(CardError::Malformed)
    }
}

/// Whether PIN or PUK is still the factory's.
///
/// # Errors
/// As [`data`]; [`CardError::Malformed`].
pub fn is_from_factory(response: &[u8]) -> Result<bool, CardError> {
    match data(response)? {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(CardError::Malformed),
    }
}

/// A CBOR array of at most that many elements and bytes: the count is checked before room is made for them.
pub(super) fn list<T>(bytes: &[u8], most: usize, bytes_max: usize) -> Result<Vec<T>, CardError>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    let count = minicbor::Decoder::new(bytes).array().ok().flatten();
    if count.is_none_or(|count| count > most as u64) {
        return Err(CardError::Malformed);
    }
    decode_value(bytes, bytes_max).map_err(|_| CardError::Malformed)
}

fn split(response: &[u8]) -> Result<(&[u8], StatusWord), CardError> {
    let (data, status) = response
        .split_last_chunk::<2>()
        .ok_or(CardError::Malformed)?;
    Ok((data, u16::from_be_bytes(*status).into()))
}

/// The value of the one object with that tag.
fn only(bytes: &[u8], wanted: u32) -> Result<&[u8], CardError> {
    match tlv::read(bytes) {
        Some((tag, value, [])) if tag == wanted => Ok(value),
        _ => Err(CardError::Malformed),
    }
}
