//! Receipts: what the shop tells the holder, signed, with the others' signed statements. One
//! receipt for each state an order passes through; asked for again, the same bytes until they are void.

use tallystick_protocol::checkout::answers::{RefusalReason, ShopReceipt, ShopState};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::identifier::{OrderId, Role};

use super::book::{self, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, letters};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::ports::Ports;

impl<P: Ports> Shop<P> {
    /// The receipt for the state in which the order was taken in: received, or refused because
    /// something was sold out. It is the answer to the order however often that is sent.
    pub(super) async fn first_receipt(&self, order_id: &OrderId) -> Result<Answer, Fault> {
        let mut order = self.order(order_id)?;
        let sold_out = OrderState::Refused {
            by: Role::Shop,
            reason: RefusalReason::OutOfStock,
        };
        if order.state != sold_out {
            order.state = OrderState::Received;
        }
        self.receipt(&order).await
    }

    fn order(&self, order_id: &OrderId) -> Result<Order, Fault> {
        book::find(self.office.tables(), order_id)?.ok_or_else(Fault::not_found)
    }

    /// The receipt for the state that `order` is in.
    pub(super) async fn receipt(&self, order: &Order) -> Result<Answer, Fault> {
        let kind = format!("receipt-{}", order.state.name());
        let reference = order.reference();
        self.office.require_undoubted(&reference)?;
        let message = async || self.receipt_message(order).await;
        let receipt = self.office.say_once(&kind, &reference, message).await?;
        Ok(web::cose(receipt))
    }

    async fn receipt_message(&self, order: &Order) -> Result<ShopReceipt, Fault> {
        let started = matches!(order.state, OrderState::Received | OrderState::Asking);
        let refusal = match order.state {
            OrderState::Refused {
                by: Role::Shop,
                reason,
            } => {
                let message = async || Ok(self.refusal(order, reason));
                let reference = order.reference();
                let said = self.office.say_once(letters::REFUSAL, &reference, message);
                Some(said.await?)
            }
            _ => order.refusal.clone(),
        };
        let handed = self.handed_over(order).await?;
        Ok(ShopReceipt {
            envelope: self
                .office
                .envelope(Audience::Holder, order.order_id.0, EVIDENCE_SECONDS),
            order_id: order.order_id,
            root: order.root,
            state: wire_state(order.state),
            authorisation: order.authorisation.clone().filter(|_| !started),
            acceptance: order.acceptance.clone().filter(|_| !started),
            refusal: refusal.filter(|_| !started),
            handing_over: handed.as_ref().map(|(word, _)| word.clone()),
            handed: handed.and_then(|(_, sealed)| sealed),
        })
    }

    /// The shop's own signed word that it handed over what no courier delivers, and that as it is sealed for the holder.
    async fn handed_over(
        &self,
        order: &Order,
    ) -> Result<Option<(Vec<u8>, Option<Vec<u8>>)>, Fault> {
        if order.courier.domain().is_some() || order.state != OrderState::Accepted {
            return Ok(None);
        }
        let reference = order.reference();
        let word = self.office.signed(letters::HAND_OVER, &reference).await?;
        let sealed = book::paper(self.office.tables(), letters::HANDED, &order.order_id)?;
        Ok(Some((word, sealed)))
    }
}

fn wire_state(state: OrderState) -> ShopState {
    match state {
        OrderState::Received => ShopState::Received,
        OrderState::Asking => ShopState::Asking,
        OrderState::Authorised => ShopState::Authorised,
        OrderState::Delivering => ShopState::Delivering,
        OrderState::Accepted => ShopState::Accepted,
        OrderState::Refused { .. } => ShopState::Refused,
        OrderState::Expired => ShopState::Expired,
    }
}
