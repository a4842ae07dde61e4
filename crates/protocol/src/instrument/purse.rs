//! A purse in a card. The words only name it: that it pays, and that the amount is set aside in the card, says the
//! [`PursePayment`](crate::purse::PursePayment) that the card signs over the order's root, which stands beside
//! the holder's approval in the payer's part.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::Words;
use crate::checkout::order::{FieldError, OpenedPart, OrderFields, PartError};
use crate::checkout::policy::Field;
use crate::purse::PurseNumber;
use crate::wire::cbor::{decode_value, encode_value};

/// The longest of these words, in bytes.
const BYTES_MAX: usize = 32;

/// The purse, as the holder names it to its bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseDetails {
    /// Its number.
    #[n(0)]
    pub purse: PurseNumber,
}

impl Words for PurseDetails {
    fn write(&self, fields: &mut OrderFields) -> Result<(), FieldError> {
        fields.set(Field::Payment, encode_value(self));
        Ok(())
    }

    fn read(part: &OpenedPart) -> Result<Self, PartError> {
        decode_value(part.require(Field::Payment)?, BYTES_MAX).map_err(|_| PartError::Malformed)
    }
}
