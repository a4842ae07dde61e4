//! What a purchase does with coupons: which can be spent, that one is in an order, and that the order came to nothing. The
//! office alone says what became of a coupon that was in an order; it is asked while the order is under way.

use tallystick_card::host::coupon::{Moment, Progress};
use tallystick_protocol::coupon::{CouponId, CouponTerms, Owner};
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::{CouponRecord, UnderWay};
use super::view::{CouponEventKind, CouponWhat};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply};

/// A coupon that can be spent now.
pub struct Spendable {
    /// Names it in calls.
    pub id: String,
    /// The account at its office, as the wallet names it.
    pub account: String,
    /// The encoded coupon.
    pub coupon: Vec<u8>,
    /// What it is worth, where, when and under which conditions.
    pub terms: CouponTerms,
    /// Its place in the card of that account.
    pub place: u8,
}

impl Spendable {
    /// Has the card hand it to a shop: [`Spendable::transfer`]. Needs the PIN.
    #[must_use]
    pub fn to_shop(&self, shop: &Domain, until: Timestamp, moment: Moment) -> Command {
        card::sign_transfer(self.place, &Owner::Shop(shop.clone()), until, moment)
    }

    /// The signed transfer, from the reply to [`Spendable::to_shop`].
    ///
    /// # Errors
    /// [`ErrorKind::CardFailed`].
    pub fn transfer(reply: &Reply) -> Result<Vec<u8>, WalletError> {
        card::signed(reply)
    }

    fn of(record: &CouponRecord, now: Timestamp) -> Result<Self, WalletError> {
        let place = record.usable(now)?;
        let damaged = || WalletError::new(ErrorKind::StorageDamaged);
        Ok(Self {
            id: record.id.clone(),
            account: record.account.clone(),
            coupon: record.whole.clone().ok_or_else(damaged)?,
            terms: record.terms().ok_or_else(damaged)?,
            place,
        })
    }
}

impl Desk<'_> {
    /// The coupons that can be spent now: not locked, the holder's, and nothing under way.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn spendable_coupons(&mut self) -> Result<Vec<Spendable>, WalletError> {
        let now = self.now();
        let coupons = self.coupons()?;
        Ok(coupons
            .iter()
            .filter_map(|record| Spendable::of(record, now).ok())
            .collect())
    }

    /// A coupon that is to be spent.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponLocked`], [`ErrorKind::CouponOver`], [`ErrorKind::CouponExpired`],
    /// [`ErrorKind::CouponUnderWay`].
    pub fn spendable_coupon(&mut self, id: &str) -> Result<Spendable, WalletError> {
        let now = self.now();
        Spendable::of(self.coupons()?.coupon(id)?, now)
    }

    /// Draws what makes a transfer this one.
    pub fn coupon_moment(&mut self) -> Moment {
        self.moment()
    }

    /// Notes that a coupon is in an order, whose shop has `transfer` until then. To be kept with the order, before that is sent.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], or if the wallet is locked.
    pub fn order_coupon(
        &mut self,
        id: &str,
        (order, shop): (&str, &str),
        transfer: &[u8],
        until: Timestamp,
    ) -> Result<(), WalletError> {
        let mut record = self.coupon(id)?;
        let now = self.now();
        record.under_way = Some(UnderWay {
            what: CouponWhat::Order,
            since: now,
            to: Some(order.to_owned()),
            until: Some(until),
            text: None,
            said: transfer.to_vec(),
            asked: [0; 32],
            is_answered: false,
            failure: None,
            about: record.coupon,
            told: None,
        });
        record.progress = Some(Progress::GivenAway);
        record.note(now, CouponEventKind::Ordered, Some(shop.to_owned()));
        self.coupons()?.hurry();
        self.keep_coupon(record)
    }

    /// Notes that a coupon was made of one that an order took: its office is asked for it, once.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn coupon_was_made(&mut self, of: &str, made: CouponId) -> Result<(), WalletError> {
        // Whoever has forgotten the coupon finds nothing by it.
        let Ok(record) = self.coupon(of) else {
            return Ok(());
        };
        if self.take_made(&record, made)? {
            self.coupons()?.hurry();
        }
        Ok(())
    }

    /// Notes that the order of that name came to nothing, or that it has ended: the office is asked at once how its coupons are.
    /// They are free again once it has said that they are the holder's.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn look_after_order(&mut self, order: &str) -> Result<(), WalletError> {
        let coupons = self.coupons()?;
        let is_in_it =
            |it: &UnderWay| it.what == CouponWhat::Order && it.to.as_deref() == Some(order);
        if coupons
            .iter()
            .any(|record| record.under_way.as_ref().is_some_and(is_in_it))
        {
            coupons.hurry();
        }
        Ok(())
    }
}
