//! What was given back of a paid order: the issuer's signed advices, which the shop passes on. Each refund has a
//! number, so that one that is told twice is one.

use std::collections::BTreeMap;

use tallystick_protocol::checkout::refunds::{
    REFUNDS_MAX, RefundAdvice, RefundAdvices, RefundOutcome,
};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::Money;

use crate::checkout::order::record::OrderRecord;
use crate::core::ask::Said;
use crate::core::desk::Desk;
use crate::core::error::WalletError;

impl Desk<'_> {
    pub(super) fn take_refunds(&mut self, id: &str, said: &Said) -> Result<(), WalletError> {
        let mut order = self.order(id)?;
        let Ok(signed) = said else {
            return Ok(());
        };
        let Ok(advices) = decode::<RefundAdvices>(signed) else {
            return Ok(());
        };
        let (before, now) = (order.clone(), self.now());
        if let Some(refunded) = self.refunded(&order, &advices) {
            order.take_refund(refunded, signed.clone(), now);
        }
        let coupons = advices.coupons.unwrap_or_default();
        let given = self.coupons_given_back(&order, &coupons)?;
        order.take_given_back(&given, signed, now);
        if order == before {
            return Ok(());
        }
        self.keep_order(order)
    }

    /// How much the issuer has signed that it gave back; what is not its word about this order
    /// counts for nothing.
    fn refunded(&self, order: &OrderRecord, said: &RefundAdvices) -> Option<Money> {
        let root = order.approval.as_ref()?.root;
        if said.advices.len() > REFUNDS_MAX as usize {
            return None;
        }
        let mut by_number = BTreeMap::new();
        for signed in &said.advices {
            // One that is void by now counts no more: what it said was taken up while it was good.
            let advice = self.statement::<RefundAdvice>(order, signed, Role::Issuer);
            let refunded = advice
                .filter(|advice| advice.root == root && advice.outcome == RefundOutcome::Refunded);
            by_number.extend(refunded.map(|advice| (advice.number, advice.amount)));
        }
        let mut amounts = by_number.into_values();
        let first = amounts.next()?;
        amounts.try_fold(first, |sum, amount| sum.checked_add(amount).ok())
    }
}
