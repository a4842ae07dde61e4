//! What coupons would pay, for the holder who chooses.

use super::choosing::{Obstacle, obstacle};
use super::held::held;
use super::paying::PaidByCoupons;
use crate::checkout::order::record::OrderRecord;
use crate::checkout::order::state::OrderState;
use crate::checkout::view::{CouponShareView, OrderCouponView, PricedView};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::state::Unlocked;
use crate::core::wallet::Wallet;
use tallystick_protocol::wire::time::Timestamp;

impl<P: Ports> Wallet<P> {
    /// What these coupons would pay of an order that waits for the holder, and what they leave. Nothing is signed or
    /// stored.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchOrder`], [`ErrorKind::OrderState`] of an order that was decided, or [`ErrorKind::Locked`].
    pub async fn price_with_coupons(
        &self,
        request_id: &str,
        coupon_ids: &[String],
    ) -> Result<PricedView, WalletError> {
        let mut priced = None;
        self.perform(&mut |desk| {
            priced = Some(desk.priced(request_id, coupon_ids)?);
            Ok(())
        })
        .await?;
        priced.ok_or_else(|| WalletError::new(ErrorKind::NoSuchOrder))
    }
}

impl Desk<'_> {
    fn priced(&mut self, request_id: &str, chosen: &[String]) -> Result<PricedView, WalletError> {
        let order = self.order(request_id)?;
        if order.state != OrderState::Asked {
            return Err(WalletError::new(ErrorKind::OrderState).about(order.state.as_str()));
        }
        let now = self.now();
        let total = PricedView::unpaid(order.form.total.minor);
        if chosen.is_empty() {
            return Ok(total);
        }
        let slices = &self.unlocked()?.slices;
        let paid = match PaidByCoupons::of(slices, (&order.form, request_id), chosen, now) {
            Err((why, of)) => {
                return Ok(PricedView {
                    obstacle: Some(why.as_str()),
                    obstacle_of: of,
                    ..total
                });
            }
            Ok(paid) => paid,
        };
        let shares = paid.coupons.iter().map(|one| CouponShareView {
            id: one.id.clone(),
            minor: one.amount.minor,
        });
        let office = paid.answering();
        Ok(PricedView {
            shares: shares.collect(),
            rest_minor: paid.rest.minor,
            place: Some(paid.card),
            office_domain: office.map(|one| one.terms.office.as_str().to_owned()),
            office_name: office.map(|one| one.office_name.clone()),
            ..total
        })
    }
}

/// The holder's coupons, as each of them could pay an order that waits; none once the holder has decided.
pub fn offered(order: &OrderRecord, unlocked: &Unlocked, now: Timestamp) -> Vec<OrderCouponView> {
    if order.state != OrderState::Asked {
        return Vec::new();
    }
    let all = held(&unlocked.slices).into_iter();
    let mut offered: Vec<_> = all
        .map(|coupon| {
            let why = obstacle(&coupon, (&order.form, &order.request_id), now);
            let worth = coupon.terms.as_ref().map(|terms| terms.value.minor);
            OrderCouponView {
                pays_minor: worth
                    .filter(|_| why.is_none())
                    .map(|worth| worth.min(order.form.total.minor)),
                obstacle: why.map(Obstacle::as_str),
                place: coupon.card,
                id: coupon.id,
            }
        })
        .collect();
    offered.sort_by_key(|coupon| coupon.obstacle.is_some());
    offered
}
