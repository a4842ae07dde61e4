//! The coupons that the holder chose for an order, and what each of them pays.

use tallystick_protocol::checkout::coupons::{Applied, CouponShare};
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::coupon::CouponTerms;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::choosing::{Obstacle, obstacle};
use super::held::{Bar, Held, held};
use crate::checkout::order::coupon_part::CouponPart;
use crate::checkout::order::record::OrderRecord;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::coupon::spending::Spendable;
use crate::slices::Slices;

/// A coupon that pays a part of an order.
#[derive(Clone)]
pub struct PayingCoupon {
    /// The coupon, as the wallet names it.
    pub id: String,
    /// The account at its office, as the wallet names it.
    pub account: String,
    /// What the office is called.
    pub office_name: String,
    /// Its place in the card.
    pub place: u8,
    /// The encoded coupon.
    pub coupon: Vec<u8>,
    /// What it is worth.
    pub terms: CouponTerms,
    /// How often it changed its owner.
    pub change: u32,
    /// What it pays.
    pub amount: Money,
    /// The transfer to the shop, once the card has signed one that counts until the form's end.
    pub transfer: Option<Vec<u8>>,
}

/// The coupons that the holder chose, in that order, and what they leave to pay.
#[derive(Clone)]
pub struct PaidByCoupons {
    /// The coupons.
    pub coupons: Vec<PayingCoupon>,
    /// What is left.
    pub rest: Money,
    /// Where their card is.
    pub card: KeyPlace,
}

impl PayingCoupon {
    /// As the card is asked to sign it over.
    fn spendable(&self) -> Spendable {
        Spendable {
            id: self.id.clone(),
            account: self.account.clone(),
            coupon: self.coupon.clone(),
            terms: self.terms.clone(),
            place: self.place,
        }
    }
}

impl PaidByCoupons {
    /// What the chosen coupons pay of an order; nothing if none was chosen.
    ///
    /// # Errors
    /// [`ErrorKind::CouponNotUsable`].
    pub fn chosen(
        slices: &Slices,
        order: &OrderRecord,
        chosen: &[String],
        now: Timestamp,
    ) -> Result<Option<Self>, WalletError> {
        if chosen.is_empty() {
            return Ok(None);
        }
        let paid = Self::of(slices, (&order.form, &order.request_id), chosen, now);
        paid.map(Some).map_err(|(why, _)| why.into())
    }

    /// The first of them, if they pay for everything: its office answers for the order then.
    pub fn answering(&self) -> Option<&PayingCoupon> {
        self.coupons.first().filter(|_| self.rest.minor == 0)
    }

    /// What these coupons pay of an order, if they can.
    ///
    /// # Errors
    /// [`Obstacle`] says why not, and of which, if it is one of them.
    pub fn of(
        slices: &Slices,
        (form, request_id): (&OrderForm, &str),
        chosen: &[String],
        now: Timestamp,
    ) -> Result<Self, (Obstacle, Option<String>)> {
        let rule = form.coupons.as_ref().ok_or((Obstacle::NoneHere, None))?;
        let held = held(slices);
        let mut coupons = Vec::new();
        for id in chosen {
            let mut of_that_name = held.iter().filter(|one| one.id == *id);
            let coupon = of_that_name.next();
            let coupon = coupon.ok_or_else(|| (Obstacle::Gone, Some(id.clone())))?;
            if let Some(why) = obstacle(coupon, (form, request_id), now) {
                return Err((why, Some(id.clone())));
            }
            coupons.push(coupon);
        }
        let terms: Vec<&CouponTerms> = coupons
            .iter()
            .filter_map(|one| one.terms.as_ref())
            .collect();
        let Applied { shares, rest } = rule
            .shares((form.total, &form.envelope.from), now, &terms)
            .map_err(|error| (error.into(), None))?;
        let card = coupons.first().map_or(KeyPlace::Software, |one| one.card);
        if let Some(other) = coupons.iter().find(|one| one.card != card) {
            return Err((Obstacle::OtherCard, Some(other.id.clone())));
        }
        let until = form.envelope.expires_at;
        let coupons = coupons.into_iter().zip(shares);
        Ok(Self {
            coupons: coupons
                .filter_map(|(coupon, amount)| paying(coupon, amount, (request_id, until)))
                .collect(),
            rest,
            card,
        })
    }

    /// Those that the card has still to sign over to the shop.
    pub fn to_be_signed(&self) -> impl Iterator<Item = Spendable> {
        let unsigned = self.coupons.iter().filter(|one| one.transfer.is_none());
        unsigned.map(PayingCoupon::spendable)
    }

    /// What stands in the shop's part.
    ///
    /// # Errors
    /// [`ErrorKind::CardFailed`] before the card has signed all of them over.
    pub fn shares(&self) -> Result<Vec<CouponShare>, WalletError> {
        let shares = self.coupons.iter().map(|one| {
            let missing = || WalletError::new(ErrorKind::CardFailed);
            Ok(CouponShare {
                coupon: one.coupon.clone(),
                transfer: one.transfer.clone().ok_or_else(missing)?,
                amount: one.amount,
            })
        });
        shares.collect()
    }

    /// What is stored with the order.
    pub fn parts(&self) -> Vec<CouponPart> {
        let coupons = self.coupons.iter();
        coupons
            .map(|one| CouponPart {
                id: one.id.clone(),
                coupon: one.terms.coupon,
                office: one.terms.office.clone(),
                office_name: one.office_name.clone(),
                amount: one.amount,
                given_back: None,
            })
            .collect()
    }
}

impl From<Obstacle> for WalletError {
    fn from(obstacle: Obstacle) -> Self {
        Self::new(ErrorKind::CouponNotUsable).about(obstacle.as_str())
    }
}

fn paying(
    coupon: &Held,
    amount: Money,
    (request_id, until): (&str, Timestamp),
) -> Option<PayingCoupon> {
    let transfer = match &coupon.bar {
        Some(Bar::InOrder(order)) if order.request_id == request_id && order.until >= until => {
            Some(order.transfer.clone())
        }
        _ => None,
    };
    Some(PayingCoupon {
        id: coupon.id.clone(),
        account: coupon.account.clone(),
        office_name: coupon.office_name.clone(),
        place: coupon.place,
        coupon: coupon.coupon.clone()?,
        terms: coupon.terms.clone()?,
        change: coupon.change,
        amount,
        transfer,
    })
}
