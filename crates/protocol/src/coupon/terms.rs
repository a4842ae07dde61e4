//! What a coupon is worth, where, when and under which conditions (source document 001: value, sigValue, validUntil).

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::{Decode, Decoder, Encode};
use tallystick_codec::DecodeMap;

use super::{CampaignId, CouponId};
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::decode_list;
use crate::wire::identifier::Domain;
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::text::is_plain;
use crate::wire::time::Timestamp;

/// The most shops that a coupon names.
pub const SHOPS_MAX: usize = 8;
/// The longest name of a condition in bytes.
pub const CONDITION_BYTES_MAX: usize = 64;

/// Why terms are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// A coupon of nothing.
    #[error("A coupon has to be worth something.")]
    Worthless,
    /// It is over before it begins.
    #[error("The coupon would be over before it could be used.")]
    Never,
    /// More than [`SHOPS_MAX`] shops, or one twice.
    #[error("A coupon names at most {SHOPS_MAX} shops, each once.")]
    Shops,
    /// The condition is empty, too long, or not plain text.
    #[error("The name of a condition is 1 to {CONDITION_BYTES_MAX} bytes of plain text.")]
    Condition,
    /// The smallest order total is in another currency.
    #[error("The smallest order is in another currency than the coupon.")]
    Currency,
    /// Electronic money that is good at some shops only, or under conditions.
    #[error("Electronic money is good everywhere and under no condition.")]
    NotMoney,
}

crate::named_enum! {
    /// What a coupon is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum CouponKind {
        /// A voucher: good where and when its terms say.
        #[n(1)]
        Voucher => "voucher",
        /// Electronic money (T001-28): good everywhere, under no condition.
        #[n(2)]
        ElectronicMoney => "electronic-money",
    }
}

crate::named_enum! {
    /// When a coupon is paid for: one of the two, never both.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum Funding {
        /// Before it is issued (C2).
        #[n(1)]
        Prepaid => "prepaid",
        /// When it has reached a shop (C14), at the end of the period (C16).
        #[n(2)]
        Postpaid => "postpaid",
    }
}

/// What an order has to be for the coupon to be good. What was bought the office does not learn: the shop signs that the
/// order meets it ([`ShopPresentation`](super::ShopPresentation)).
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Conditions {
    /// The order comes to at least this.
    #[n(0)]
    pub minimum_total: Option<Money>,
    /// A condition by name, 1 to [`CONDITION_BYTES_MAX`] bytes, whose meaning shop and office have agreed on.
    #[cbor(n(1), decode_with = "decode_condition")]
    pub condition: Option<String>,
    /// A holder spends one coupon of the campaign.
    #[n(2)]
    pub once_each: bool,
}

impl Conditions {
    /// Whether there is none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.minimum_total.is_none() && self.condition.is_none() && !self.once_each
    }
}

/// What a coupon is worth. Signed by the office's key for coupons (sigValue).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponTerms {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// The coupon.
    #[n(1)]
    pub coupon: CouponId,
    /// The campaign that it is of, if it is of one.
    #[n(2)]
    pub campaign: Option<CampaignId>,
    /// What it is.
    #[n(3)]
    pub kind: CouponKind,
    /// When it is paid for.
    #[n(4)]
    pub funding: Funding,
    /// What it is worth.
    #[n(5)]
    pub value: Money,
    /// Where it is good, at most [`SHOPS_MAX`]; anywhere if it names none.
    #[cbor(n(6), decode_with = "decode_shops")]
    pub shops: Vec<Domain>,
    /// What an order has to be.
    #[n(7)]
    pub conditions: Conditions,
    /// It can be spent from then on.
    #[n(8)]
    pub not_before: Timestamp,
    /// It is over from then on.
    #[n(9)]
    pub valid_until: Timestamp,
    /// When it was issued.
    #[n(10)]
    pub issued_at: Timestamp,
}
keyed_message!(
    CouponTerms,
    message::COUPON_TERMS,
    3072,
    context::COUPON_TERMS
);

impl CouponTerms {
    /// Requires that they are terms of a coupon.
    ///
    /// # Errors
    /// [`TermsError`] says what they lack.
    pub fn check(&self) -> Result<(), TermsError> {
        if self.value.minor == 0 {
            return Err(TermsError::Worthless);
        }
        if self.valid_until <= self.not_before || self.valid_until <= self.issued_at {
            return Err(TermsError::Never);
        }
        let is_twice =
            |(at, shop): (usize, &Domain)| self.shops.iter().skip(at + 1).any(|one| one == shop);
        if self.shops.len() > SHOPS_MAX || self.shops.iter().enumerate().any(is_twice) {
            return Err(TermsError::Shops);
        }
        let conditions = &self.conditions;
        if conditions
            .condition
            .as_deref()
            .is_some_and(|name| !is_condition(name))
        {
            return Err(TermsError::Condition);
        }
        let other = |total: &Money| total.currency != self.value.currency;
        if conditions.minimum_total.as_ref().is_some_and(other) {
            return Err(TermsError::Currency);
        }
        let is_bound = !self.shops.is_empty() || !conditions.is_none();
        if self.kind == CouponKind::ElectronicMoney && is_bound {
            return Err(TermsError::NotMoney);
        }
        Ok(())
    }

    /// Whether it is good at this shop.
    #[must_use]
    pub fn is_for(&self, shop: &Domain) -> bool {
        self.shops.is_empty() || self.shops.contains(shop)
    }
}

/// Whether this can be the name of a condition: 1 to [`CONDITION_BYTES_MAX`] bytes of plain text.
#[must_use]
pub fn is_condition(name: &str) -> bool {
    (1..=CONDITION_BYTES_MAX).contains(&name.len()) && is_plain(name)
}

pub(super) fn decode_condition<C>(
    decoder: &mut Decoder<'_>,
    _: &mut C,
) -> Result<String, minicbor::decode::Error> {
    let name = decoder.str()?;
    if is_condition(name) {
        Ok(name.into())
    } else {
        Err(minicbor::decode::Error::message(TermsError::Condition))
    }
}

fn decode_shops<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<Domain>, minicbor::decode::Error> {
    decode_list(decoder, context, SHOPS_MAX)
}
