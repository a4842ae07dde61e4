//! Gives back what coupons paid: to each so much, as the form's rule splits a refund, and as a coupon of the holder's.

use tallystick_protocol::checkout::coupons::COUPONS_MAX;
use tallystick_protocol::checkout::refunds::{CouponGivenBack, REFUNDS_MAX};
use tallystick_protocol::coupon::{CouponId, CouponOutcome, SettlementKind};
use tallystick_protocol::trust::statement::StatementError;
use tallystick_protocol::wire::identifier::{OrderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::rows::{self, OrderCoupon};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::shop::book::{self, Order};
use crate::shop::merchant::events::Happened;
use crate::shop::{Shop, letters};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// What the shop asked to be given back of what a coupon paid.
    pub struct CouponRefund in "shop_coupon_refunds" {
        /// The order.
        pub order_id: OrderId = "order_id",
        /// Which refund of this order, from 1.
        pub number: u32 = "number",
        /// Which of its coupons.
        pub place: u32 = "place",
        /// How much.
        pub money: Money = "minor, currency",
        /// When it was asked for.
        pub asked_at: Timestamp = "asked_at",
        /// What came of it, once the office has signed that.
        pub outcome: Option<CouponOutcome> = "outcome",
    }
}

impl CouponRefund {
    /// Whether it was given back, or may still be.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self.outcome, None | Some(CouponOutcome::Done))
    }

    /// The reference of its letter and its statement.
    pub(in crate::shop) fn reference(&self, root: &Root) -> String {
        format!("{root} {} {}", self.place, self.number)
    }

    fn paper(&self) -> String {
        format!(
            "{}-{}-{}",
            letters::GIVE_BACK_COUPON,
            self.number,
            self.place
        )
    }
}

/// What the shop asked to be given back of an order's coupons.
///
/// # Errors
/// Only the database's own.
pub fn refunds_of(
    tables: &(impl Tables + ?Sized),
    order_id: &OrderId,
) -> Result<Vec<CouponRefund>, DatabaseError> {
    let of_order = "order_id = ? ORDER BY number, place";
    typed::find_all(tables, of_order, &[(*order_id).into()])
}

/// What offices signed that they gave back of an order's coupons.
///
/// # Errors
/// Only the database's own.
pub fn given_back_of(
    tables: &(impl Tables + ?Sized),
    order_id: &OrderId,
) -> Result<Vec<CouponGivenBack>, DatabaseError> {
    let sql = "SELECT c.coupon, r.minor, r.currency, p.bytes FROM shop_coupon_refunds r
        JOIN shop_coupons c ON c.order_id = r.order_id AND c.place = r.place
        JOIN shop_papers p ON p.order_id = r.order_id AND p.kind = ? || '-' || r.number || '-' || r.place
        WHERE r.order_id = ? AND r.outcome = ? ORDER BY r.number, r.place LIMIT ?";
    let most = REFUNDS_MAX.saturating_mul(u32::try_from(COUPONS_MAX).unwrap_or(u32::MAX));
    let values = [
        letters::GIVE_BACK_COUPON.into(),
        (*order_id).into(),
        CouponOutcome::Done.as_str().into(),
        most.into(),
    ];
    let found: Vec<(CouponId, Money, Vec<u8>)> = typed::all(tables, sql, &values)?;
    let given = found
        .into_iter()
        .map(|(coupon, amount, answer)| CouponGivenBack {
            coupon,
            amount,
            answer,
        });
    Ok(given.collect())
}

impl<P: Ports> Shop<P> {
    /// Posts what a refund gives back to a coupon. In the transaction that decides the refund.
    pub(in crate::shop) fn give_back_coupon(
        &self,
        tables: &dyn Tables,
        order: &Order,
        refund: &CouponRefund,
    ) -> Result<(), Fault> {
        let reference = refund.reference(&order.root);
        let (order, coupon, _) = rows::by_reference(tables, &reference)?;
        let about = (letters::GIVE_BACK_COUPON, &*reference);
        let what = (SettlementKind::GiveBack, Some(refund.money));
        self.tell_coupon_office(tables, (&order, &coupon), about, what)
    }
}

/// The shop's word that so much of what a coupon paid is given back.
pub(in crate::shop) struct GivingBack<'a, P: Ports>(pub(in crate::shop) &'a Shop<P>);

impl<P: Ports> Exchange<P> for GivingBack<'_, P> {
    type Subject = (Order, OrderCoupon, CouponRefund);
    /// What came of it, and the office's answer as it was signed.
    type Word = (CouponOutcome, Vec<u8>);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Self::Subject>, Fault> {
        let (order, coupon, number) = rows::by_reference(tables, reference)?;
        let number = number.and_then(|number| number.parse::<u32>().ok());
        let values = [
            order.order_id.into(),
            number.ok_or_else(Fault::not_found)?.into(),
            coupon.place.into(),
        ];
        let is_it = "order_id = ? AND number = ? AND place = ?";
        let refund: Option<CouponRefund> = typed::find(tables, is_it, &values)?;
        let refund = refund.ok_or_else(Fault::not_found)?;
        Ok(Some((order, coupon, refund)).filter(|(_, _, refund)| refund.outcome.is_none()))
    }

    fn verify(
        &self,
        (order, coupon, refund): &Self::Subject,
        said: Said<'_>,
    ) -> Result<Self::Word, Fault> {
        let reference = refund.reference(&order.root);
        let about = (letters::GIVE_BACK_COUPON, &*reference);
        let answer = self.0.coupon_answer((coupon, order), about, said)?;
        // What was made of it is another coupon.
        let names_one = answer.outcome != CouponOutcome::Done || answer.coupon.is_some();
        if !names_one {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok((answer.outcome, said.bytes().to_vec()))
    }

    fn apply(
        &self,
        tables: &dyn Tables,
        (order, _, refund): &Self::Subject,
        (outcome, signed): Self::Word,
    ) -> Result<(), Fault> {
        tables.run(
            "UPDATE shop_coupon_refunds SET outcome = ?
             WHERE order_id = ? AND number = ? AND place = ? AND outcome IS NULL",
            &[
                outcome.as_str().into(),
                refund.order_id.into(),
                refund.number.into(),
                refund.place.into(),
            ],
        )?;
        book::keep_paper(tables, &order.order_id, &refund.paper(), &signed)?;
        self.0
            .tell(tables, order, Happened::RefundDecided, &order.state)?;
        self.0
            .log_coupon(order, letters::GIVE_BACK_COUPON, outcome.as_str());
        Ok(())
    }

    /// It may have been done all the same, so it is not asked for anew: an operator has to find out.
    fn over(&self, _: &dyn Tables, (order, ..): &Self::Subject) -> Result<(), Fault> {
        self.0
            .log_coupon(order, letters::GIVE_BACK_COUPON, "given-up");
        Ok(())
    }
}
