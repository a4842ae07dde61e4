//! What was given back of coupons that paid an order: the office's signed answers, which the shop passes on. Each names the
//! coupon that was made, so that one which is told twice is one. How much it is, the shop says; what the coupon is worth, its
//! holder sees when the wallet has found it.

use std::collections::BTreeMap;

use tallystick_protocol::checkout::coupons::COUPONS_MAX;
use tallystick_protocol::checkout::refunds::{CouponGivenBack, REFUNDS_MAX};
use tallystick_protocol::coupon::{CouponAnswer, CouponId, CouponOutcome};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::Money;

use crate::checkout::order::record::OrderRecord;
use crate::core::desk::Desk;
use crate::core::error::WalletError;

/// More of them than an order has.
const GIVEN_BACK_MAX: usize = REFUNDS_MAX as usize * COUPONS_MAX;

impl Desk<'_> {
    /// How much of each coupon of the order its office has signed that it gave back; what is not its word counts for
    /// nothing. What was made of them is looked for.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(in crate::checkout) fn coupons_given_back(
        &mut self,
        order: &OrderRecord,
        said: &[CouponGivenBack],
    ) -> Result<Vec<(CouponId, Money)>, WalletError> {
        let mut given = Vec::new();
        if said.len() > GIVEN_BACK_MAX {
            return Ok(given);
        }
        for part in order.coupons() {
            let Some(key) = self.coupon_key_of(&part.office)? else {
                continue;
            };
            let made = said.iter().filter(|one| one.coupon == part.coupon);
            let made: BTreeMap<CouponId, Money> = made
                .filter_map(|one| Some((made_of(one, &key)?, one.amount)))
                .collect();
            for coupon in made.keys() {
                self.coupon_was_made(&part.id, *coupon)?;
            }
            let mut amounts = made.into_values();
            let first = amounts.next();
            let sum = first.and_then(|first| {
                amounts.try_fold(first, |sum, amount| sum.checked_add(amount).ok())
            });
            given.extend(sum.map(|sum| (part.coupon, sum)));
        }
        Ok(given)
    }

    /// The office's key for coupons, as its certificate states that the wallet keeps.
    fn coupon_key_of(&mut self, office: &Domain) -> Result<Option<VerifyingKey>, WalletError> {
        let slices = &self.unlocked()?.slices;
        let accounts = slices.profile.cards.iter();
        let mut accounts = accounts.filter(|account| account.issuer == *office);
        let known = accounts.find_map(|account| slices.coupons.office(&account.id));
        let certificate = known.and_then(|known| Certificate::from_der(&known.certificate).ok());
        let Some(certificate) = certificate else {
            return Ok(None);
        };
        let (anchors, now) = (self.anchors(), self.now());
        let owner = anchors.verify(&certificate, now, Role::CouponOffice).ok();
        let owner = owner.filter(|owner| owner.domain.as_ref() == Some(office));
        Ok(owner.map(|owner| owner.public_key))
    }
}

/// The coupon that was made, if the office has signed that one was.
fn made_of(said: &CouponGivenBack, key: &VerifyingKey) -> Option<CouponId> {
    let answer = keyed::open::<CouponAnswer>(&said.answer, key).ok()?;
    let is_done = answer.outcome == CouponOutcome::Done;
    answer.coupon.filter(|made| is_done && *made != said.coupon)
}
