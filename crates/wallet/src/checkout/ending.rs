//! How an order that was sent ends: by what courier and issuer signed, or when its time and the grace
//! after it are over and the issuer has nothing of it. The shop's word alone ends nothing.

use tallystick_protocol::checkout::answers::MoneyState;
use tallystick_protocol::trust::certificate::CLOCK_SKEW_SECONDS;
use tallystick_protocol::wire::identifier::Role;

use crate::checkout::order::event::Event;
use crate::checkout::order::record::{Failure, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

/// How long after an order's expiry the shop may still bring it to an issuer whose clock is behind, in
/// seconds.
pub const GRACE_SECONDS: u64 = CLOCK_SKEW_SECONDS;
/// How long after an order's expiry nobody is asked any more, in seconds: what the courier accepted
/// binds the issuer for a day, and its end is worth another hour of asking.
const GIVE_UP_SECONDS: u64 = 25 * 60 * 60;

impl Desk<'_> {
    /// For how many seconds the order's time has been over.
    fn over_for(&self, order: &OrderRecord) -> u64 {
        self.now().seconds_since(order.expires_at())
    }

    fn has_no_money(&mut self, order: &OrderRecord) -> bool {
        self.attention(&order.request_id)
            .is_some_and(|attention| attention.no_money)
    }

    /// The order has ended by the courier's word; its money is where it belongs, or the issuer was
    /// asked for long enough.
    pub(super) fn stop_following(&mut self, mut order: OrderRecord) -> Result<(), WalletError> {
        let arrived = matches!(
            order.money,
            Some(MoneyState::Captured | MoneyState::Released)
        );
        // Who has accepted has been cleared by the issuer, which will remember.
        let none = order.state != OrderState::Delivering && self.has_no_money(&order);
        if !arrived && !none && self.over_for(&order) < GIVE_UP_SECONDS {
            return Ok(());
        }
        order.settled = true;
        order.issuer_has_none = none.then_some(true);
        if none || order.money == Some(MoneyState::Released) {
            self.lent_again(&order)?;
        }
        self.keep_order(order)
    }

    /// The time is up. What the issuer says now ends the order; as long as it cannot be asked, the
    /// card may have been charged without the wallet's hearing of it.
    pub(super) fn close_expired(&mut self, order: OrderRecord) -> Result<(), WalletError> {
        if order.money == Some(MoneyState::Captured) {
            return self.wait_for_courier(order);
        }
        let why = (ErrorKind::ExpiredSent, order.shop_name.clone());
        self.close_late(order, OrderState::Expired, why)
    }

    /// The shop disowned it. Until its time is over it could still have it paid.
    pub(super) fn close_disowned(&mut self, order: OrderRecord) -> Result<(), WalletError> {
        if order.money == Some(MoneyState::Captured) {
            return self.wait_for_courier(order);
        }
        let about = order.shop_name.clone();
        let kind = order.failure.as_ref().map(|failure| failure.kind);
        let kind = kind.unwrap_or(ErrorKind::ShopRefused);
        let to = if kind == ErrorKind::ExpiredSent {
            OrderState::Expired
        } else {
            OrderState::Refused
        };
        self.close_late(order, to, (kind, about))
    }

    /// Charged: the courier has it, or else it would not be; its word is still to come.
    fn wait_for_courier(&mut self, mut order: OrderRecord) -> Result<(), WalletError> {
        if self.over_for(&order) < GIVE_UP_SECONDS {
            return Ok(());
        }
        order.settled = true;
        self.keep_order(order)
    }

    fn close_late(
        &mut self,
        mut order: OrderRecord,
        to: OrderState,
        why: (ErrorKind, String),
    ) -> Result<(), WalletError> {
        let (now, over_for) = (self.now(), self.over_for(&order));
        let event = match (to, why.0) {
            (OrderState::Expired, _) => Event::Expired,
            (_, ErrorKind::Cancelled) => Event::Cancelled,
            _ => Event::Refused,
        };
        let none = self.has_no_money(&order);
        let unanswered = (ErrorKind::Unanswered, order.party_name(Role::Issuer));
        if none || order.money == Some(MoneyState::Released) {
            order.end(to, event, Some((why.0, &why.1)), now)?;
            order.issuer_has_none = none.then_some(true);
            order.settled = true;
            self.lent_again(&order)?;
        } else if over_for >= GIVE_UP_SECONDS {
            let (kind, about) = unanswered;
            let why = Some((kind, about.as_str()));
            order.end(OrderState::Expired, Event::Expired, why, now)?;
            order.settled = true;
        } else if over_for >= GRACE_SECONDS && order.state != OrderState::Disowned {
            let attention = self.attention(&order.request_id);
            let spoke = attention.is_some_and(|attention| attention.issuer_spoke);
            let (kind, about) = if spoke { why } else { unanswered };
            order.failure = Some(Failure { kind, about });
        } else {
            return Ok(());
        }
        self.keep_order(order)
    }
}
