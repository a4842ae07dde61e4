//! The content of an order's fields: what the form and the holder supply, as bytes of leaves.

use alloc::{string::String, vec::Vec};
use minicbor::Encode;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::checkout::cancellation::CancellationKey;
use crate::checkout::coupons::{COUPONS_MAX, CouponShare, content_of};
use crate::checkout::form::{OrderForm, form_digest};
use crate::checkout::gift::{Gift, GiftError};
use crate::checkout::policy::{Field, LEAF_COUNT};
use crate::instrument::Payment;
use crate::wire::cbor::{CborError, decode_value, encode_value};
use crate::wire::money::Money;

/// Longest value of one field in bytes.
pub const VALUE_MAX_BYTES: usize = 12 * 1024;
/// Longest text that the holder supplies for one field, in bytes of UTF-8.
pub const TEXT_MAX_BYTES: usize = 400;

/// One line of the field *items*: a name and how many.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ItemLine {
    /// The name of the goods.
    #[n(0)]
    pub name: String,
    /// How many.
    #[n(1)]
    pub quantity: u32,
}

/// One line of the field *item numbers*.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ItemNumberLine {
    /// The shop's number of the goods.
    #[n(0)]
    pub sku: String,
    /// How many.
    #[n(1)]
    pub quantity: u32,
}

/// What whoever pays needs to know the holder by.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HolderDetails {
    /// Name, as the issuer has it.
    pub name: String,
    /// Telephone number, as the issuer has it.
    pub telephone: String,
    /// The holder's own address; only some policies disclose it.
    pub address: Option<String>,
}

/// Where the parcel goes.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Destination {
    /// Whom it is for.
    pub name: String,
    /// The address, lines separated by `\n`.
    pub address: String,
    /// For the courier at the door.
    pub telephone: String,
}

/// A field cannot be part of an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// Empty or over [`TEXT_MAX_BYTES`].
    #[error("The field {} is empty or longer than {TEXT_MAX_BYTES} bytes.", .0.as_str())]
    Text(Field),
    /// The field's bytes are not what this field holds.
    #[error("The field {} is malformed.", .0.as_str())]
    Malformed(Field),
    /// None, more than [`COUPONS_MAX`], or too long ones.
    #[error("An order takes 1 to {COUPONS_MAX} coupons, of at most {VALUE_MAX_BYTES} bytes.")]
    Coupons,
    /// A gift that cannot be one.
    #[error(transparent)]
    Gift(#[from] GiftError),
}

/// The values of an order's fields; absent ones are absent for everybody.
pub struct OrderFields {
    values: [Option<Zeroizing<Vec<u8>>>; LEAF_COUNT],
    /// Goes in clear beside the parts: see [`SplitOrder::form_start`](super::split::SplitOrder).
    pub(super) form_start: u8,
}

impl OrderFields {
    /// The fields of a purchase from a signed form. `destination` is where the parcel goes, if a courier delivers one.
    ///
    /// # Errors
    /// [`FieldError::Text`] names the field that is empty or too long.
    pub fn new(
        form: &OrderForm,
        signed_form: &[u8],
        payment: &Payment,
        holder: &HolderDetails,
        destination: Option<&Destination>,
    ) -> Result<Self, FieldError> {
        let mut fields = Self {
            values: core::array::from_fn(|_| None),
            form_start: form.start(),
        };
        fields.set(Field::Form, form_digest(signed_form).to_vec());
        fields.set(Field::Items, encode_value(&item_lines(form)));
        fields.set(Field::ItemNumbers, encode_value(&item_number_lines(form)));
        fields.set(Field::Amount, encode_value(&form.total));
        let instrument = payment.instrument().as_str();
        fields.set(Field::PaymentType, instrument.as_bytes().to_vec());
        payment.write(&mut fields)?;
        fields.set_text(Field::HolderName, &holder.name)?;
        fields.set_text(Field::HolderTelephone, &holder.telephone)?;
        if let Some(address) = &holder.address {
            fields.set_text(Field::HolderAddress, address)?;
        }
        if let Some(destination) = destination {
            fields.set_text(Field::DestinationName, &destination.name)?;
            fields.set_text(Field::DestinationAddress, &destination.address)?;
            fields.set_text(Field::DestinationTelephone, &destination.telephone)?;
        }
        Ok(fields)
    }

    /// The same fields, with the lock that this key opens: whoever shows it cancels the order.
    #[must_use]
    pub fn cancelled_by(mut self, key: &CancellationKey) -> Self {
        self.set(Field::Cancellation, key.lock());
        self
    }

    /// The same fields, of which these coupons pay a part: what whoever pays reads as the amount is the rest, which is
    /// zero if they pay for everything. What is left, [`CouponRule::shares`](crate::checkout::coupons::CouponRule) says.
    ///
    /// # Errors
    /// [`FieldError::Coupons`] of none, too many, or too long ones.
    pub fn paid_by_coupons(
        mut self,
        shares: &[CouponShare],
        rest: Money,
    ) -> Result<Self, FieldError> {
        self.set(Field::Coupons, content_of(shares)?);
        self.set(Field::Amount, encode_value(&rest));
        Ok(self)
    }

    /// The same fields, of an order that is a gift for whom the parcel is for.
    ///
    /// # Errors
    /// [`FieldError::Gift`], also of an order that no courier delivers.
    pub fn given(mut self, gift: &Gift) -> Result<Self, FieldError> {
        if self.get(Field::DestinationName).is_none() {
            return Err(GiftError::NoRecipient.into());
        }
        gift.check()?;
        self.set(Field::Gift, gift.content());
        Ok(self)
    }

    /// The value of a field, if the order has it.
    pub(super) fn get(&self, field: Field) -> Option<&[u8]> {
        self.values[field.leaf()]
            .as_ref()
            .map(|value| value.as_slice())
    }

    pub(crate) fn set(&mut self, field: Field, value: Vec<u8>) {
        self.values[field.leaf()] = Some(Zeroizing::new(value));
    }

    pub(crate) fn set_text(&mut self, field: Field, text: &str) -> Result<(), FieldError> {
        let text = text.trim();
        if text.is_empty() || text.len() > TEXT_MAX_BYTES {
            return Err(FieldError::Text(field));
        }
        self.set(field, text.as_bytes().to_vec());
        Ok(())
    }
}

/// The lines of the field *items* that belong to a form.
fn item_lines(form: &OrderForm) -> Vec<ItemLine> {
    form.items
        .iter()
        .map(|item| ItemLine {
            name: item.name.clone(),
            quantity: item.quantity,
        })
        .collect()
}

/// The lines of the field *item numbers* that belong to a form.
fn item_number_lines(form: &OrderForm) -> Vec<ItemNumberLine> {
    form.items
        .iter()
        .map(|item| ItemNumberLine {
            sku: item.sku.clone(),
            quantity: item.quantity,
        })
        .collect()
}

/// Whether the disclosed goods are exactly those of the form.
#[must_use]
pub fn goods_match(form: &OrderForm, items: &[ItemLine], numbers: &[ItemNumberLine]) -> bool {
    item_lines(form) == items && item_number_lines(form) == numbers
}

/// Reads the field *items*.
///
/// # Errors
/// [`FieldError::Malformed`].
pub fn items_of(value: &[u8]) -> Result<Vec<ItemLine>, FieldError> {
    decode_value(value, VALUE_MAX_BYTES).map_err(|_: CborError| FieldError::Malformed(Field::Items))
}

/// Reads the field *item numbers*.
///
/// # Errors
/// [`FieldError::Malformed`].
pub fn item_numbers_of(value: &[u8]) -> Result<Vec<ItemNumberLine>, FieldError> {
    decode_value(value, VALUE_MAX_BYTES)
        .map_err(|_: CborError| FieldError::Malformed(Field::ItemNumbers))
}

/// Reads the field *amount*.
///
/// # Errors
/// [`FieldError::Malformed`].
pub fn amount_of(value: &[u8]) -> Result<Money, FieldError> {
    decode_value(value, VALUE_MAX_BYTES)
        .map_err(|_: CborError| FieldError::Malformed(Field::Amount))
}

/// Reads a field of text.
///
/// # Errors
/// [`FieldError::Malformed`] when it is not UTF-8.
pub fn text_of(field: Field, value: &[u8]) -> Result<&str, FieldError> {
    core::str::from_utf8(value).map_err(|_| FieldError::Malformed(field))
}
