//! Cancels an order before it is dispatched, by the holder's key or an operator's command. As long as the courier
//! was not asked the shop ends it; afterwards the courier's signed word decides, and what it had accepted can
//! only be given back.

use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::checkout::cancellation::{CancellationRequest, DeliveryCancellation};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::OrderId;

use super::book::{self, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, delivering, letters};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::correlation;
use crate::ports::{Ports, Tables};
use crate::post::outbox;
use crate::standing::statements;

impl<P: Ports> Shop<P> {
    /// `POST /v1/cancellations`: whoever has the key to an order's lock cancels it. The answer is the receipt for
    /// where the order stands then.
    pub(super) async fn cancel_by_key(&self, request: &Incoming) -> Result<Answer, Fault> {
        let wish: CancellationRequest = decode(web::body_as(request, web::CBOR)?)?;
        let tables = self.office.tables();
        let found = book::find(tables, &wish.order_id)?.filter(|order| order.root == wish.root);
        let order = found.ok_or_else(Fault::not_found)?;
        let lock = book::lock(tables, &order.order_id)?;
        if !lock.is_some_and(|lock| wish.key.opens(&lock)) {
            return Err(Fault::new(Kind::Unauthorised, "This key cancels nothing."));
        }
        self.office
            .transaction(|tables| self.cancel(tables, &order.order_id))?;
        let order = book::find(tables, &order.order_id)?.ok_or_else(Fault::internal)?;
        self.receipt(&order).await
    }

    /// As [`Shop::cancel`], but not of what the courier has accepted.
    ///
    /// # Errors
    /// [`Kind::Conflict`] then; those of [`Shop::cancel`].
    pub(super) fn cancel_unless_accepted(
        &self,
        tables: &dyn Tables,
        order_id: &OrderId,
    ) -> Result<(), Fault> {
        if self.cancel(tables, order_id)? == OrderState::Accepted {
            let said =
                "The courier has accepted it, or it was handed over. The money can be given back.";
            return Err(Fault::new(Kind::Conflict, said));
        }
        Ok(())
    }

    /// Ends an order that no courier was asked about, asks the courier about one that it was, and leaves one that
    /// has come to rest as it is. Returns the state it was in. Call it in a transaction; again it does nothing more.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; those of the database.
    pub(super) fn cancel(
        &self,
        tables: &dyn Tables,
        order_id: &OrderId,
    ) -> Result<OrderState, Fault> {
        let order = book::find(tables, order_id)?.ok_or_else(Fault::not_found)?;
        self.require_whole(&order)?;
        let reference = order.reference();
        match order.state {
            OrderState::Received | OrderState::Asking | OrderState::Authorised => {
                for letter in [letters::AUTHORISE, letters::DELIVER] {
                    outbox::settle(tables, letter, &reference)?;
                }
                self.stop(tables, &order, RefusalReason::Cancelled)?;
                self.log_cancelled(&order, "ended");
            }
            OrderState::Delivering => self.ask_courier_to_stop(tables, &order)?,
            OrderState::Accepted | OrderState::Refused { .. } | OrderState::Expired => {}
        }
        Ok(order.state)
    }

    /// From now on the courier is asked this instead; its answer is the same word.
    fn ask_courier_to_stop(&self, tables: &dyn Tables, order: &Order) -> Result<(), Fault> {
        let reference = order.reference();
        if statements::find(tables, letters::CANCEL, &reference)?.is_some() {
            return Ok(());
        }
        let courier = order.courier.domain().ok_or_else(Fault::internal)?;
        let cancellation = DeliveryCancellation {
            envelope: self.office.envelope(
                Audience::Party(courier.clone()),
                order.order_id.0,
                EVIDENCE_SECONDS,
            ),
            root: order.root,
        };
        self.office
            .decide(tables, letters::CANCEL, &reference, &cancellation)?;
        outbox::settle(tables, letters::DELIVER, &reference)?;
        let (path, now_ms) = (delivering::CANCELLATIONS, self.office.now_ms());
        let give_up_at = order.expires_at.plus_seconds(delivering::PATIENCE_SECONDS);
        delivering::tell_courier(tables, order, letters::CANCEL, path, give_up_at, now_ms)?;
        self.log_cancelled(order, "courier-asked");
        Ok(())
    }

    fn log_cancelled(&self, order: &Order, outcome: &str) {
        let about = correlation(&order.root.0);
        self.office.log("cancelled", Some(&about), outcome);
    }
}
