//! Tells offices what became of the coupons that they hold for an order: taken once it is charged, free if nothing comes of it.

use tallystick_protocol::coupon::{CouponOutcome, SettlementKind, ShopSettlement};
use tallystick_protocol::trust::statement::{Audience, StatementError};
use tallystick_protocol::wire::money::Money;

use super::rows::{self, OrderCoupon, ShareState};
use super::{held_for, of_order};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};
use crate::shop::book::Order;
use crate::shop::{EVIDENCE_SECONDS, Shop, letters};
use crate::standing::statements;

/// Where an office is told what became of a coupon.
const PATH: &str = "/v1/coupon-settlements";

/// The shop's word that a coupon is taken, or free.
pub(in crate::shop) struct SettlingCoupons<'a, P: Ports>(pub(in crate::shop) &'a Shop<P>);

impl<P: Ports> Exchange<P> for SettlingCoupons<'_, P> {
    type Subject = (Order, OrderCoupon);
    type Word = CouponOutcome;

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Self::Subject>, Fault> {
        let (order, coupon, _) = rows::by_reference(tables, reference)?;
        let tells = matches!(coupon.state, ShareState::Freeing | ShareState::Taking);
        Ok(tells.then_some((order, coupon)))
    }

    fn verify(&self, (order, coupon): &Self::Subject, said: Said<'_>) -> Result<Self::Word, Fault> {
        let reference = coupon.reference(&order.root);
        let about = (kind_of(coupon), &*reference);
        let answer = self.0.coupon_answer((coupon, order), about, said)?;
        if answer.coupon != Some(coupon.coupon) {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(answer.outcome)
    }

    fn apply(
        &self,
        tables: &dyn Tables,
        (order, coupon): &Self::Subject,
        outcome: CouponOutcome,
    ) -> Result<(), Fault> {
        let kind = kind_of(coupon);
        self.0.log_coupon(order, kind, outcome.as_str());
        statements::forget(tables, kind, &coupon.reference(&order.root))?;
        let next = match (coupon.state, outcome) {
            // Whatever it says: the office holds nothing for this order any more.
            (ShareState::Freeing, _) => ShareState::Free,
            (_, CouponOutcome::Done) => ShareState::Taken,
            (..) => ShareState::Lost,
        };
        rows::move_to(tables, coupon, next)
    }

    fn over(&self, tables: &dyn Tables, (order, coupon): &Self::Subject) -> Result<(), Fault> {
        self.0.log_coupon(order, kind_of(coupon), "given-up");
        let next = match coupon.state {
            ShareState::Freeing => ShareState::Free,
            _ => ShareState::Lost,
        };
        rows::move_to(tables, coupon, next)
    }
}

fn kind_of(coupon: &OrderCoupon) -> &'static str {
    match coupon.state {
        ShareState::Freeing => letters::FREE_COUPON,
        _ => letters::TAKE_COUPON,
    }
}

impl<P: Ports> Shop<P> {
    /// Nothing comes of an order: what is held for it is given free. What the office was asked to hold, and has not answered,
    /// is given free when it has. In the transaction that ends the order.
    pub(in crate::shop) fn free_coupons(
        &self,
        tables: &dyn Tables,
        order: &Order,
    ) -> Result<(), Fault> {
        for coupon in of_order(tables, &order.order_id)? {
            let reference = coupon.reference(&order.root);
            match coupon.state {
                ShareState::Held => self.free_coupon(tables, order, &coupon)?,
                ShareState::Asked => {
                    let asked = statements::find(tables, letters::HOLD_COUPON, &reference)?;
                    let next = match asked {
                        Some(_) => ShareState::Recalled,
                        None => {
                            outbox::settle(tables, letters::HOLD_COUPON, &reference)?;
                            ShareState::Free
                        }
                    };
                    rows::move_to(tables, &coupon, next)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn free_coupon(
        &self,
        tables: &dyn Tables,
        order: &Order,
        coupon: &OrderCoupon,
    ) -> Result<(), Fault> {
        rows::move_to(tables, coupon, ShareState::Freeing)?;
        let reference = coupon.reference(&order.root);
        let about = (letters::FREE_COUPON, &*reference);
        self.tell_coupon_office(tables, (order, coupon), about, (SettlementKind::Free, None))
    }

    /// The order is charged: each coupon's share becomes the shop's. In the transaction that notes so; again it does nothing
    /// more.
    pub(in crate::shop) fn take_coupons(
        &self,
        tables: &dyn Tables,
        order: &Order,
    ) -> Result<(), Fault> {
        for coupon in of_order(tables, &order.order_id)? {
            if coupon.state != ShareState::Held {
                continue;
            }
            rows::move_to(tables, &coupon, ShareState::Taking)?;
            let reference = coupon.reference(&order.root);
            let about = (letters::TAKE_COUPON, &*reference);
            let what = (SettlementKind::Take, Some(coupon.share));
            self.tell_coupon_office(tables, (order, &coupon), about, what)?;
        }
        Ok(())
    }

    /// Decides what is said to an office of a coupon that it holds or held, and posts it.
    pub(super) fn tell_coupon_office(
        &self,
        tables: &dyn Tables,
        (order, coupon): (&Order, &OrderCoupon),
        (kind, reference): (&str, &str),
        (what, amount): (SettlementKind, Option<Money>),
    ) -> Result<(), Fault> {
        let to = Audience::Party(coupon.office.clone());
        let said = ShopSettlement {
            envelope: self.office.envelope(to, self.drawn(), EVIDENCE_SECONDS),
            coupon: coupon.coupon,
            order: held_for(order),
            kind: what,
            amount,
        };
        self.office.decide(tables, kind, reference, &said)?;
        self.post_to_coupon_office(tables, coupon, (kind, reference))
    }

    /// Posts what was decided to be said of a coupon.
    pub(in crate::shop) fn post_to_coupon_office(
        &self,
        tables: &dyn Tables,
        coupon: &OrderCoupon,
        (kind, reference): (&str, &str),
    ) -> Result<(), Fault> {
        let give_up_at = self.office.now().plus_seconds(EVIDENCE_SECONDS);
        let letter = NewLetter {
            kind,
            reference,
            to: &coupon.office,
            path: PATH,
            content: Content::Statement(kind.to_owned()),
            give_up_at_ms: give_up_at.milliseconds(),
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }
}
