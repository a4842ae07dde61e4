//! A bank account: the holder names it, and its bank looks who is enrolled for it.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::Words;
use crate::checkout::order::{FieldError, OpenedPart, OrderFields, PartError};
use crate::checkout::policy::Field;
use crate::wire::cbor::{decode_value, encode_value};

/// The longest of these words, in bytes.
const BYTES_MAX: usize = 16;

/// The account, as the holder names it to the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BankAccountDetails {
    /// Its number (EP 1 221 669: acctNo).
    #[n(0)]
    pub account: u64,
}

impl Words for BankAccountDetails {
    fn write(&self, fields: &mut OrderFields) -> Result<(), FieldError> {
        fields.set(Field::Payment, encode_value(self));
        Ok(())
    }

    fn read(part: &OpenedPart) -> Result<Self, PartError> {
        decode_value(part.require(Field::Payment)?, BYTES_MAX).map_err(|_| PartError::Malformed)
    }
}
