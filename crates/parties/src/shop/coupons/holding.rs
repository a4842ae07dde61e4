//! Asks the office to hold a coupon for an order. Only when all of an order's coupons are held is whoever pays the rest asked.

use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::coupon::{CouponOutcome, ShopPresentation};
use tallystick_protocol::trust::statement::{Audience, StatementError};
use tallystick_protocol::wire::identifier::Role;

use super::rows::{self, OrderCoupon, ShareState};
use super::{held_for, of_order};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Random, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};
use crate::shop::book::Order;
use crate::shop::delivering::PATIENCE_SECONDS;
use crate::shop::state::OrderState;
use crate::shop::{EVIDENCE_SECONDS, Shop, asking, letters, settling};
use crate::standing::statements;

/// Where a coupon is presented.
const PATH: &str = "/v1/coupon-presentations";

/// The question whether the office holds a coupon.
pub(in crate::shop) struct Holding<'a, P: Ports>(pub(in crate::shop) &'a Shop<P>);

/// Posts the question. It goes on for a day after the order's end, until it is known whether there is something to give free;
/// the office ends a hold by itself.
pub(in crate::shop) fn ask_office(
    tables: &dyn Tables,
    order: &Order,
    coupon: &OrderCoupon,
    now_ms: u64,
) -> Result<(), Fault> {
    let give_up_at = order.expires_at.plus_seconds(PATIENCE_SECONDS);
    let letter = NewLetter {
        kind: letters::HOLD_COUPON,
        reference: &coupon.reference(&order.root),
        to: &coupon.office,
        path: PATH,
        content: Content::Statement(letters::HOLD_COUPON.to_owned()),
        give_up_at_ms: give_up_at.milliseconds(),
    };
    Ok(outbox::post(tables, &letter, now_ms)?)
}

impl<P: Ports> Exchange<P> for Holding<'_, P> {
    type Subject = (Order, OrderCoupon);
    type Word = CouponOutcome;

    const CONFIRMED_AS: Option<Role> = Some(Role::Issuer);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Self::Subject>, Fault> {
        let (order, coupon, _) = rows::by_reference(tables, reference)?;
        let asks = matches!(coupon.state, ShareState::Asked | ShareState::Recalled);
        Ok(asks.then_some((order, coupon)))
    }

    fn prepare(&self, tables: &dyn Tables, (order, coupon): &Self::Subject) -> Result<(), Fault> {
        let reference = coupon.reference(&order.root);
        if statements::find(tables, letters::HOLD_COUPON, &reference)?.is_some() {
            return Ok(());
        }
        if order.expires_at <= self.0.office.now() {
            return Err(Fault::new(Kind::Expired, "The order has expired."));
        }
        let said = self.presentation(order, coupon);
        self.0
            .office
            .decide(tables, letters::HOLD_COUPON, &reference, &said)
    }

    fn verify(&self, (order, coupon): &Self::Subject, said: Said<'_>) -> Result<Self::Word, Fault> {
        let reference = coupon.reference(&order.root);
        let about = (letters::HOLD_COUPON, &*reference);
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
        let shop = self.0;
        shop.log_coupon(order, letters::HOLD_COUPON, outcome.as_str());
        let reference = coupon.reference(&order.root);
        statements::forget(tables, letters::HOLD_COUPON, &reference)?;
        match (coupon.state, outcome) {
            (ShareState::Recalled, CouponOutcome::Done) => shop.free_coupon(tables, order, coupon),
            (ShareState::Recalled, _) => rows::move_to(tables, coupon, ShareState::Free),
            (_, CouponOutcome::Done) => {
                rows::move_to(tables, coupon, ShareState::Held)?;
                // Of an order that was forgotten and taken up again that may be known before this.
                if settling::is_charged(tables, &order.root)? {
                    return shop.take_coupons(tables, order);
                }
                let all = of_order(tables, &order.order_id)?;
                let is_held = |one: &OrderCoupon| one.state == ShareState::Held;
                if all.iter().all(is_held) {
                    asking::ask_issuer(tables, order, shop.office.now_ms())?;
                }
                Ok(())
            }
            (..) => {
                rows::move_to(tables, coupon, ShareState::Refused)?;
                // Nobody else knows of the order yet.
                if order.state == OrderState::Received {
                    shop.end(tables, order, RefusalReason::CouponRefused)?;
                }
                Ok(())
            }
        }
    }

    /// The office ends a hold by itself.
    fn over(&self, tables: &dyn Tables, (order, coupon): &Self::Subject) -> Result<(), Fault> {
        self.0.log_coupon(order, letters::HOLD_COUPON, "given-up");
        rows::move_to(tables, coupon, ShareState::Free)
    }
}

impl<P: Ports> Holding<'_, P> {
    fn presentation(&self, order: &Order, coupon: &OrderCoupon) -> ShopPresentation {
        let office = &self.0.office;
        let to = Audience::Party(coupon.office.clone());
        ShopPresentation {
            envelope: office.envelope(to, self.0.drawn(), EVIDENCE_SECONDS),
            coupon: coupon.whole.clone(),
            transfer: Some(coupon.transfer.clone()),
            total: coupon.asks_total.then_some(order.amount),
            condition: coupon.condition.clone(),
            held_for: Some(held_for(order)),
        }
    }
}

impl<P: Ports> Shop<P> {
    /// 32 random bytes: what is said to an office is not named by what others know.
    pub(super) fn drawn(&self) -> [u8; 32] {
        let mut number = [0; 32];
        self.office.ports.random().fill(&mut number);
        number
    }
}
