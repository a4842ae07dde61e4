//! A coupon with an owner. The words name it and the change that its owner means; that it is the holder's says the holder's
//! approval, and that it is there says its office.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::Words;
use crate::checkout::order::{FieldError, OpenedPart, OrderFields, PartError};
use crate::checkout::policy::Field;
use crate::coupon::CouponId;
use crate::wire::cbor::{decode_value, encode_value};

/// The longest of these words, in bytes.
const BYTES_MAX: usize = 32;

/// The coupon, as the holder names it to its office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponDetails {
    /// Its number.
    #[n(0)]
    pub coupon: CouponId,
    /// How often it changed its owner before.
    #[n(1)]
    pub change: u32,
}

impl Words for CouponDetails {
    fn write(&self, fields: &mut OrderFields) -> Result<(), FieldError> {
        fields.set(Field::Payment, encode_value(self));
        Ok(())
    }

    fn read(part: &OpenedPart) -> Result<Self, PartError> {
        decode_value(part.require(Field::Payment)?, BYTES_MAX).map_err(|_| PartError::Malformed)
    }
}
