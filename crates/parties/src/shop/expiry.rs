//! Ends orders whose time is over before the courier was asked.

use tallystick_protocol::checkout::answers::RefusalReason;

use super::book::{self, Order};
use super::state::OrderState;
use super::{Shop, letters};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::post::outbox;

/// The kind of the job that ends an order; its reference is the order's.
pub(super) const KIND: &str = "order-expiry";

/// Puts the end of a new order on the clock.
pub(super) fn watch(tables: &dyn Tables, order: &Order, now_ms: u64) -> Result<(), DatabaseError> {
    let job = NewJob {
        kind: KIND,
        reference: &order.reference(),
        peer: None,
        at_ms: order.expires_at.milliseconds(),
    };
    due::put(tables, &job, now_ms)
}

impl<P: Ports> Shop<P> {
    /// Expires an order that is overdue: stock goes back, nothing more is asked, and an issuer that
    /// may have reserved something is told to release it.
    pub(super) fn expire(&self, reference: &str) -> Result<Next, Fault> {
        self.office.transaction(|tables| {
            let order = book::by_reference(tables, reference)?;
            if !order.state.can_expire() {
                return Ok(Next::Done);
            }
            if self.office.now() < order.expires_at {
                return Ok(Next::At(order.expires_at.milliseconds()));
            }
            self.require_whole(&order)?;
            self.move_to(tables, &order, OrderState::Expired)?;
            for letter in [letters::AUTHORISE, letters::DELIVER] {
                outbox::settle(tables, letter, reference)?;
            }
            if order.state != OrderState::Received {
                self.ask_for_release(tables, &order, RefusalReason::Expired)?;
            }
            Ok(Next::Done)
        })
    }
}
