//! Identifiers as points of the field, by RFC 9380 `hash_to_field`.

use crate::wire::registry::context;
use core::num::NonZero;

use hash2curve::{ExpandMsg, ExpandMsgXmd, Expander};
use sha2::{Sha512, digest::consts::U16};

use crate::wire::cbor::encode_value;
use crate::wire::identifier::{Domain, HolderId};

use super::{Element, KeyContext, KeyError};

const HOLDER: &[u8] = context::HOLDER_POINT.as_bytes();
const PARTY: &[u8] = context::PARTY_POINT.as_bytes();
/// ⌈(255 + 128) / 8⌉ (RFC 9380 §5.1).
const L: NonZero<u16> = NonZero::<u16>::MIN.saturating_add(47);

/// Where the polynomial is evaluated for somebody: an element other than zero. Public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point(Element);

impl Point {
    /// Takes an element as a point.
    ///
    /// # Errors
    /// [`KeyError::ZeroPoint`] for zero: f(0, y) is a mere row of coefficients.
    pub fn new(element: Element) -> Result<Self, KeyError> {
        if element.is_zero().into() {
            Err(KeyError::ZeroPoint)
        } else {
            Ok(Self(element))
        }
    }

    /// The element.
    #[must_use]
    pub const fn element(&self) -> &Element {
        &self.0
    }
}

/// The point of a holder in one space, epoch and set of centres.
///
/// # Errors
/// [`KeyError::ZeroPoint`], with a probability of 2⁻²⁵⁵.
pub fn holder_point(holder: &HolderId, key: &KeyContext) -> Result<Point, KeyError> {
    Point::new(hash_to_field(
        holder.as_bytes(),
        &[HOLDER, &encode_value(key)],
    )?)
}

/// The point of a service party in one space, epoch and set of centres.
///
/// # Errors
/// [`KeyError::ZeroPoint`], with a probability of 2⁻²⁵⁵.
pub fn party_point(party: &Domain, key: &KeyContext) -> Result<Point, KeyError> {
    Point::new(hash_to_field(
        party.as_str().as_bytes(),
        &[PARTY, &encode_value(key)],
    )?)
}

/// RFC 9380 §5.2 with count = 1, m = 1, `expand_message_xmd` and SHA-512. A domain separation string
/// over 255 bytes is hashed first, as §5.3.3 says.
pub(super) fn hash_to_field(message: &[u8], domain: &[&[u8]]) -> Result<Element, KeyError> {
    let mut bytes = [0; 48];
    // Fails only for an empty domain string or a length over 16,320 bytes: neither occurs here.
    <ExpandMsgXmd<Sha512> as ExpandMsg<U16>>::expand_message(&[message], domain, L)
        .map_err(|_| KeyError::WrongLength)?
        .fill_bytes(&mut bytes)
        .map_err(|_| KeyError::WrongLength)?;
    Ok(Element::reduce_48_bytes(&bytes))
}
