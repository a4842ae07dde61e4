//! Ends orders whose time is over before the courier was asked.

use tallystick_protocol::answers::RefusalReason;

use super::book::{self, Order};
use super::state::OrderState;
use super::{Shop, letters};
use crate::common::fault::Fault;
use crate::common::log::correlation;
use crate::common::outbox;
use crate::ports::Ports;

impl<P: Ports> Shop<P> {
    /// Expires what is overdue: stock goes back, nothing more is asked, and an issuer that may
    /// have reserved something is told to release it.
    pub(super) fn expire_overdue(&self) {
        let Ok(overdue) = book::overdue(self.office.tables(), self.office.now().0) else {
            return;
        };
        for order in overdue {
            let outcome = if self.expire(&order).is_ok() {
                "ok"
            } else {
                "put-off"
            };
            self.office
                .log("order-expired", Some(&correlation(&order.root.0)), outcome);
        }
    }

    fn expire(&self, order: &Order) -> Result<(), Fault> {
        self.office.transaction(|tables| {
            book::move_to(tables, &order.order_id, OrderState::Expired)?;
            for letter in [
                letters::INTRODUCE_ISSUER,
                letters::AUTHORISE,
                letters::INTRODUCE_COURIER,
            ] {
                outbox::withdraw(tables, letter, &order.reference())?;
            }
            if order.state != OrderState::Received {
                self.refuse(tables, order, RefusalReason::Expired)?;
                self.ask_for_release(tables, order)?;
            }
            Ok(())
        })
    }
}
