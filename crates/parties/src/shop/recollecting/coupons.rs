//! What follows from a word about a coupon that the shop had forgotten.

use tallystick_protocol::checkout::refunds::REFUNDS_MAX;
use tallystick_protocol::coupon::{
    Coupon, CouponId, CouponTerms, SettlementKind, ShopPresentation, ShopSettlement,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::statement::Verified;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};

use super::contradiction;
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::outbox;
use crate::shop::book::{self, Order};
use crate::shop::coupons::{
    self, CouponRefund, OrderCoupon, ShareState, ask_office, held_for, move_coupon,
};
use crate::shop::{Shop, letters};
use crate::standing::statements::{self, Content};
use crate::store::typed;

impl<P: Ports> Shop<P> {
    pub(super) fn order_of_presentation(
        &self,
        tables: &dyn Tables,
        office: &Domain,
        number: &Root,
        said: &ShopPresentation,
    ) -> Result<Option<Order>, Fault> {
        let coupon: Coupon = decode(&said.coupon)?;
        let terms: CouponTerms = keyed::unverified(&coupon.terms).map_err(Fault::untrusted)?;
        self.order_of_coupon(tables, office, number, &terms.coupon)
    }

    /// The order that the office knows by this number, which this coupon pays.
    pub(super) fn order_of_coupon(
        &self,
        tables: &dyn Tables,
        office: &Domain,
        number: &Root,
        coupon: &CouponId,
    ) -> Result<Option<Order>, Fault> {
        let sql = "SELECT order_id FROM shop_coupons WHERE coupon = ? AND office = ?";
        let orders: Vec<OrderId> = typed::all(tables, sql, &[(*coupon).into(), office.into()])?;
        for order in orders {
            let order = book::find(tables, &order)?.ok_or_else(Fault::internal)?;
            if held_for(&order) == number.0 {
                return Ok(Some(order));
            }
        }
        Ok(None)
    }

    pub(super) fn had_presented(
        &self,
        tables: &dyn Tables,
        office: &Domain,
        order: &Order,
        said: &Verified<ShopPresentation>,
    ) -> Result<(), Fault> {
        let coupons = coupons::of_order(tables, &order.order_id)?;
        let is_it = |one: &&OrderCoupon| {
            one.office == *office && (one.whole.is_empty() || one.whole == said.message.coupon)
        };
        let coupon = coupons.iter().find(is_it).ok_or_else(contradiction)?;
        if !matches!(coupon.state, ShareState::Asked | ShareState::Recalled) {
            return Ok(());
        }
        let reference = coupon.reference(&order.root);
        self.keep_said(tables, (letters::HOLD_COUPON, &reference), said)?;
        ask_office(tables, order, coupon, self.office.now_ms())
    }

    pub(super) fn had_settled(
        &self,
        tables: &dyn Tables,
        office: &Domain,
        order: &Order,
        said: &Verified<ShopSettlement>,
    ) -> Result<(), Fault> {
        let coupons = coupons::of_order(tables, &order.order_id)?;
        let is_it = |one: &&OrderCoupon| one.office == *office && one.coupon == said.message.coupon;
        let coupon = coupons.iter().find(is_it).ok_or_else(contradiction)?;
        let (to, done, kind) = match said.message.kind {
            SettlementKind::Take => (ShareState::Taking, ShareState::Taken, letters::TAKE_COUPON),
            SettlementKind::Free => (ShareState::Freeing, ShareState::Free, letters::FREE_COUPON),
            SettlementKind::GiveBack => return self.had_given_back(tables, order, coupon, said),
            _ => return Err(contradiction()),
        };
        let reference = coupon.reference(&order.root);
        match coupon.state {
            state if state == done || state == ShareState::Lost => return Ok(()),
            state if state == to => {}
            ShareState::Asked => {
                outbox::settle(tables, letters::HOLD_COUPON, &reference)?;
                statements::forget(tables, letters::HOLD_COUPON, &reference)?;
                move_coupon(tables, coupon, ShareState::Held)?;
                let held = OrderCoupon {
                    state: ShareState::Held,
                    ..coupon.clone()
                };
                move_coupon(tables, &held, to)?;
            }
            _ => move_coupon(tables, coupon, to)?,
        }
        self.keep_said(tables, (kind, &reference), said)?;
        self.post_to_coupon_office(tables, coupon, (kind, &reference))
    }

    /// Under which number it was given back is not said: under the first that is free, if these very words have none.
    fn had_given_back(
        &self,
        tables: &dyn Tables,
        order: &Order,
        coupon: &OrderCoupon,
        said: &Verified<ShopSettlement>,
    ) -> Result<(), Fault> {
        let money = said.message.amount.ok_or_else(contradiction)?;
        let kind = letters::GIVE_BACK_COUPON;
        let known = coupons::refunds_of(tables, &order.order_id)?;
        for number in 1..=REFUNDS_MAX {
            let refund = CouponRefund {
                order_id: order.order_id,
                number,
                place: coupon.place,
                money,
                asked_at: said.message.envelope.sent_at,
                outcome: None,
            };
            let reference = refund.reference(&order.root);
            let mine = |one: &&CouponRefund| one.number == number && one.place == coupon.place;
            if known.iter().any(|one| mine(&one)) {
                if says(tables, kind, &reference, said)? {
                    return Ok(());
                }
                continue;
            }
            typed::insert(tables, &refund)?;
            self.keep_said(tables, (kind, &reference), said)?;
            return self.post_to_coupon_office(tables, coupon, (kind, &reference));
        }
        Err(contradiction())
    }
}

/// Whether this is what is kept under that name.
fn says(
    tables: &dyn Tables,
    kind: &str,
    reference: &str,
    said: &Verified<ShopSettlement>,
) -> Result<bool, Fault> {
    let payload = encode(&said.message);
    let kept = statements::find(tables, kind, reference)?;
    Ok(kept.is_some_and(|kept| match kept.content {
        Content::Draft { payload: kept, .. } => kept == payload,
        Content::Signed(signed) => signed == said.bytes,
        Content::OldDraft(_) => false,
    }))
}
