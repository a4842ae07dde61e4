//! A card account: the holder names the card, and its issuer compares. Number and expiry stand in two fields
//! of their own, as release 0.1.0 wrote them.

use alloc::borrow::ToOwned;
use alloc::string::String;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Words;
use crate::checkout::order::{FieldError, OpenedPart, OrderFields, PartError};
use crate::checkout::policy::Field;

/// The card, as the holder names it to its issuer.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CardDetails {
    /// The card number, digits only.
    pub number: String,
    /// The card's last month as `MM/YY`.
    pub expiry: String,
}

impl Words for CardDetails {
    fn write(&self, fields: &mut OrderFields) -> Result<(), FieldError> {
        fields.set_text(Field::CardNumber, &self.number)?;
        fields.set_text(Field::CardExpiry, &self.expiry)
    }

    fn read(part: &OpenedPart) -> Result<Self, PartError> {
        let text = |field| part.require_text(field).map(str::to_owned);
        Ok(Self {
            number: text(Field::CardNumber)?,
            expiry: text(Field::CardExpiry)?,
        })
    }
}
