//! The order form (EP 0 791 901, step O1): what the shop offers, for how much, who delivers,
//! and who shall read what. The shop signs it with its certified key; it is bound to the origin
//! of the page that shows it.

use crate::wire::registry::{context, message};
use alloc::{string::String, vec::Vec};
use core::fmt;
use core::str::FromStr;
use data_encoding::HEXLOWER;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use crate::checkout::coupons::CouponRule;
use crate::checkout::names::{self, LocalText};
use crate::checkout::policy::{Field, Policy, PolicyName};
use crate::checkout::seller::Seller;
use crate::checkout::tax::{self, TaxLine};
use crate::instrument::Instrument;
use crate::trust::statement::{Envelope, SignedMessage};
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, IdentifierError};
use crate::wire::money::Money;
use crate::wire::text::is_plain;

/// Most lines of goods in one form.
pub const ITEMS_MAX: usize = 50;
/// Largest quantity of one item.
pub const QUANTITY_MAX: u32 = 999;
/// Longest name or number of an item, in bytes of UTF-8.
pub const TEXT_MAX_BYTES: usize = 120;
/// Most issuers that one form may name.
pub const ISSUERS_MAX: usize = 16;
/// Longest origin, in bytes.
pub const ORIGIN_MAX_BYTES: usize = 300;

/// One line of goods.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Item {
    /// The shop's number of the goods.
    #[n(0)]
    pub sku: String,
    /// The name of the goods for whoever reads none of the languages of `names`.
    #[n(1)]
    pub name: String,
    /// How many, 1 to [`QUANTITY_MAX`].
    #[n(2)]
    pub quantity: u32,
    /// The price of one, with its tax.
    #[n(3)]
    pub unit_price: Money,
    /// The name in several languages, each of at most [`TEXT_MAX_BYTES`] bytes; none in what earlier releases signed.
    #[n(4)]
    pub names: Option<Vec<LocalText>>,
    /// The rate of the tax in the price, in basis points; none if the form says nothing of it.
    #[n(5)]
    pub tax_basis_points: Option<u16>,
}

impl Item {
    /// Quantity times unit price.
    ///
    /// # Errors
    /// [`FormError::Total`] when the product is beyond what money can express.
    pub fn price(&self) -> Result<Money, FormError> {
        self.unit_price
            .checked_mul(u64::from(self.quantity))
            .map_err(|_| FormError::Total)
    }
}

crate::named_enum! {
    /// How goods come to the holder that no courier delivers.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum WithoutCourier {
        /// The shop hands them over itself, such as a licence key; its signed word
        /// ([`HandingOver`](super::handing::HandingOver)) ends the order.
        #[n(1)]
        ByShop => "by-shop",
    }
}

/// Who delivers, and for how much.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Delivery {
    /// The courier.
    #[n(0)]
    pub courier: Domain,
    /// What the holder is shown: the courier's certified name.
    #[n(1)]
    pub name: String,
    /// The price of the delivery, with its tax.
    #[n(2)]
    pub price: Money,
    /// What this delivery is called in several languages, each of at most [`TEXT_MAX_BYTES`] bytes.
    #[n(3)]
    pub names: Option<Vec<LocalText>>,
    /// As that of an item.
    #[n(4)]
    pub tax_basis_points: Option<u16>,
}

/// What a shop offers to one holder, once.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OrderForm {
    /// From the shop, to anyone; its transaction is the number of this form.
    #[n(0)]
    pub envelope: Envelope,
    /// The origin of the page that may show this form, such as `https://kiso-tea.example`.
    #[n(1)]
    pub origin: String,
    /// The goods.
    #[n(2)]
    pub items: Vec<Item>,
    /// The delivery by a courier; none if [`OrderForm::without_courier`] says so.
    #[n(3)]
    pub delivery: Option<Delivery>,
    /// Goods and delivery together.
    #[n(4)]
    pub total: Money,
    /// The issuers whose cards the shop accepts; none if coupons alone pay, for everything.
    #[n(5)]
    pub issuers: Vec<Domain>,
    /// The instruments the shop accepts; none exactly where there are no issuers.
    #[n(6)]
    pub instruments: Vec<Instrument>,
    /// Who reads what.
    #[n(7)]
    pub policy: PolicyName,
    /// What the shop asks to read beyond the policy; needs the holder's consent.
    #[n(8)]
    pub extra: Vec<Field>,
    /// Which coupons the shop takes; none if it takes no coupons.
    #[n(9)]
    pub coupons: Option<CouponRule>,
    /// The tax in the total, one line for each rate, as [`tax::lines_of`] reckons it; none if no item names a rate.
    #[n(10)]
    pub tax: Option<Vec<TaxLine>>,
    /// Who sells, for the receipt.
    #[n(11)]
    pub seller: Option<Seller>,
    /// That no courier delivers, and how the goods come to the holder then; none if a courier does.
    #[n(12)]
    pub without_courier: Option<WithoutCourier>,
}

impl Message for OrderForm {
    const TYPE: u16 = message::ORDER_FORM;
    /// With its signature it still goes through what a page may send to a wallet.
    const LEN_MAX: usize = 40 * 1024;
}

impl SignedMessage for OrderForm {
    const CONTEXT: &'static str = context::ORDER_FORM;
    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

/// Why a form cannot be used, though it is signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// Nothing to buy, or more lines than [`ITEMS_MAX`].
    #[error("The order form has {0} items; between 1 and {ITEMS_MAX} are possible.")]
    Items(usize),
    /// A quantity of zero or above the limit, or a text that is empty or too long.
    #[error("An item of the order form is outside its limits.")]
    Item,
    /// No issuer, too many, or no instrument, and no coupons that pay alone.
    #[error("The order form does not say how it can be paid.")]
    Payment,
    /// Total and items disagree, or currencies are mixed.
    #[error("The items of the order form do not add up to its total.")]
    Total,
    /// The shop asks for a field that no shop may read.
    #[error("The order form asks for something that no shop may read.")]
    Extra,
    /// What it says of coupons is outside its limits.
    #[error("What the order form says of coupons is outside its limits.")]
    Coupons,
    /// Names in several languages that are none, or differ from the one that all read.
    #[error("The order form's names in several languages are not as they should be.")]
    Names,
    /// The tax is not what follows from items and delivery.
    #[error("The tax of the order form is not the one in its prices.")]
    Tax,
    /// What it says of the seller is outside its limits.
    #[error("What the order form says of its seller is outside its limits.")]
    Seller,
    /// It says both that a courier delivers and that none does, or neither.
    #[error("The order form does not say clearly whether a courier delivers.")]
    Delivery,
    /// Not the page that the form was signed for.
    #[error("The order form belongs to {expected}, not to the page that showed it.")]
    WrongOrigin {
        /// The origin the form was signed for.
        expected: String,
    },
}

impl OrderForm {
    /// Checks everything about the form that a signature does not say: limits, sums, and that no
    /// forbidden field is asked for. Signature, certificate and expiry are checked when it is opened.
    ///
    /// # Errors
    /// [`FormError`] says what is wrong.
    pub fn validate(&self) -> Result<(), FormError> {
        if self.items.is_empty() || self.items.len() > ITEMS_MAX {
            return Err(FormError::Items(self.items.len()));
        }
        let text_ok = |text: &str| (1..=TEXT_MAX_BYTES).contains(&text.len()) && is_plain(text);
        let items_ok = self.items.iter().all(|item| {
            text_ok(&item.sku) && text_ok(&item.name) && (1..=QUANTITY_MAX).contains(&item.quantity)
        });
        let delivery_ok = self.delivery.as_ref().is_none_or(|one| text_ok(&one.name));
        if !items_ok || !delivery_ok || self.origin.len() > ORIGIN_MAX_BYTES {
            return Err(FormError::Item);
        }
        if self.delivery.is_some() == self.without_courier.is_some() {
            return Err(FormError::Delivery);
        }
        let is_by_coupons_alone = self.issuers.is_empty() && self.coupons.is_some();
        if self.issuers.len() > ISSUERS_MAX
            || self.instruments.is_empty() != self.issuers.is_empty()
            || (self.issuers.is_empty() && !is_by_coupons_alone)
        {
            return Err(FormError::Payment);
        }
        if self.extra.len() > Field::ALL.len()
            || !self.extra.iter().all(|field| self.may_request(*field))
        {
            return Err(FormError::Extra);
        }
        if self.coupons.as_ref().is_some_and(|rule| !rule.is_sound()) {
            return Err(FormError::Coupons);
        }
        if self
            .seller
            .as_ref()
            .is_some_and(|seller| !seller.is_sound())
        {
            return Err(FormError::Seller);
        }
        self.check_names()?;
        self.check_total()?;
        if tax::lines_of(&self.items, self.delivery.as_ref())? == self.tax {
            Ok(())
        } else {
            Err(FormError::Tax)
        }
    }

    /// Checks that the form was made for the page that showed it.
    ///
    /// `origin` must be what the browser itself says, never what a page says.
    ///
    /// # Errors
    /// [`FormError::WrongOrigin`] otherwise.
    pub fn check_origin(&self, origin: &str) -> Result<(), FormError> {
        if self.origin == origin && origin_host(origin) == Some(self.envelope.from.as_str()) {
            return Ok(());
        }
        Err(FormError::WrongOrigin {
            expected: self.origin.clone(),
        })
    }

    /// The policy with everything the shop asks for. The holder may consent to less.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy::new(self.policy, &self.extra)
    }

    /// Who delivers, if a courier does.
    #[must_use]
    pub fn courier(&self) -> Option<&Domain> {
        self.delivery.as_ref().map(|delivery| &delivery.courier)
    }

    /// Nobody is told a destination where nothing is delivered.
    fn may_request(&self, field: Field) -> bool {
        field.may_be_requested() && (self.delivery.is_some() || !field.is_destination())
    }

    /// The first byte of the form's number, by which a shop finds which of its objects has the form.
    #[must_use]
    pub fn start(&self) -> u8 {
        self.envelope.transaction[0]
    }

    fn check_names(&self) -> Result<(), FormError> {
        let are_sound = |item: &Item| {
            let names = item.names.as_ref();
            names.is_none_or(|names| names::are_names_of(&item.name, names, TEXT_MAX_BYTES))
        };
        let delivery = self.delivery.as_ref();
        let delivery = delivery.and_then(|delivery| delivery.names.as_ref());
        let is_delivery = delivery.is_none_or(|names| names::are_sound(names, TEXT_MAX_BYTES));
        if is_delivery && self.items.iter().all(are_sound) {
            Ok(())
        } else {
            Err(FormError::Names)
        }
    }

    fn check_total(&self) -> Result<(), FormError> {
        let delivery = self.delivery.as_ref().map(|delivery| delivery.price);
        let mut sum = delivery.unwrap_or(Money::new(0, self.total.currency));
        for item in &self.items {
            sum = sum
                .checked_add(item.price()?)
                .map_err(|_| FormError::Total)?;
        }
        if sum == self.total {
            Ok(())
        } else {
            Err(FormError::Total)
        }
    }
}

/// What stands for the signed form in the order: SHA-256 over its COSE bytes, 32 bytes.
#[must_use]
pub fn form_digest(signed_form: &[u8]) -> [u8; 32] {
    Sha256::digest(signed_form).into()
}

/// What an order is asked for by, which shop, page and wallet know, and neither issuer nor courier: the digest
/// of its signed form, and before it the first byte of the form's number. By the byte a shop finds which of its
/// objects has the form and the order; without it, as release 0.1.0 asked, only the first of them can be meant.
/// Written as 66 lower-case hexadecimal digits, or 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormReference {
    /// The first byte of the form's number.
    pub start: Option<u8>,
    /// [`form_digest`] of the signed form.
    pub digest: [u8; 32],
}

impl FormReference {
    /// The reference of a form and what is ordered by it.
    #[must_use]
    pub fn of(form: &OrderForm, signed_form: &[u8]) -> Self {
        Self {
            start: Some(form.start()),
            digest: form_digest(signed_form),
        }
    }
}

impl fmt::Display for FormReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(start) = self.start {
            write!(f, "{start:02x}")?;
        }
        f.write_str(&HEXLOWER.encode(&self.digest))
    }
}

impl FromStr for FormReference {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = HEXLOWER.decode(text.as_bytes());
        let bytes = bytes.map_err(|_| IdentifierError::Length)?;
        let (start, digest) = match bytes.split_first() {
            Some((start, digest)) if bytes.len() == 33 => (Some(*start), digest),
            _ => (None, &bytes[..]),
        };
        Ok(Self {
            start,
            digest: digest.try_into().map_err(|_| IdentifierError::Length)?,
        })
    }
}

/// The host of an origin: `https://kiso-tea.example:8443` is `kiso-tea.example`.
#[must_use]
pub fn origin_host(origin: &str) -> Option<&str> {
    let (scheme, rest) = origin.split_once("://")?;
    if !matches!(scheme, "https" | "http") {
        return None;
    }
    rest.split(':')
        .next()
        .filter(|host| !host.is_empty() && !host.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn a_form_is_asked_for_with_the_start_of_its_number_or_as_release_0_1_0_did() {
        let digest = form_digest(b"a form");
        for (start, digits) in [(Some(0x0a), 66), (Some(0xff), 66), (None, 64)] {
            let reference = FormReference { start, digest };
            let text = reference.to_string();
            assert_eq!(text.len(), digits);
            assert_eq!(text.parse(), Ok(reference));
        }
    }

    #[test]
    fn nothing_else_is_a_forms_reference() {
        for text in [
            "",
            "0a",
            &"ab".repeat(31),
            &"ab".repeat(34),
            &"AB".repeat(33),
            &"zz".repeat(32),
        ] {
            assert!(text.parse::<FormReference>().is_err(), "{text}");
        }
    }
}
