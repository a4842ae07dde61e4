//! An instrument of tests: tokens that a toy bank keeps. It shows what an instrument takes on the side of
//! the protocol.

use alloc::string::String;
use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::Words;
use crate::checkout::order::{FieldError, OpenedPart, OrderFields, PartError};
use crate::checkout::policy::Field;
use crate::wire::cbor::{decode_value, encode_value};

/// Longest message, in bytes.
const BYTES_MAX: usize = 128;

/// Whose tokens pay, and that they may.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Toy {
    /// The name of the box of tokens.
    #[n(0)]
    pub chest: String,
    /// The word that opens it.
    #[n(1)]
    pub word: String,
}

impl Words for Toy {
    fn write(&self, fields: &mut OrderFields) -> Result<(), FieldError> {
        fields.set(Field::Payment, encode_value(self));
        Ok(())
    }

    fn read(part: &OpenedPart) -> Result<Self, PartError> {
        decode_value(part.require(Field::Payment)?, BYTES_MAX).map_err(|_| PartError::Malformed)
    }
}
