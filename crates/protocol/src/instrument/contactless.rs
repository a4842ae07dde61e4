//! A contactless card. The words name a reading of it by the security server; that it pays, the card says to that server
//! itself, and the shop's bill says which card.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::Words;
use crate::checkout::order::{FieldError, OpenedPart, OrderFields, PartError};
use crate::checkout::policy::Field;
use crate::settlement::ReadingId;
use crate::wire::cbor::{decode_value, encode_value};

/// The longest of these words, in bytes.
const BYTES_MAX: usize = 32;

/// The card, as the holder names it to the settlement server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ContactlessDetails {
    /// The reading on which the holder decided.
    #[n(0)]
    pub reading: ReadingId,
}

impl Words for ContactlessDetails {
    fn write(&self, fields: &mut OrderFields) -> Result<(), FieldError> {
        fields.set(Field::Payment, encode_value(self));
        Ok(())
    }

    fn read(part: &OpenedPart) -> Result<Self, PartError> {
        decode_value(part.require(Field::Payment)?, BYTES_MAX).map_err(|_| PartError::Malformed)
    }
}
