//! Cancelling: before the order is sent it is declined, afterwards the shop is told, with the key to the lock that
//! the card signed. What the courier has accepted meanwhile is not cancelled any more.

use tallystick_protocol::checkout::cancellation::CancellationRequest;
use tallystick_protocol::wire::cbor::encode;

use crate::checkout::order::event::Event;
use crate::checkout::order::record::OrderRecord;
use crate::checkout::order::state::OrderState;
use crate::checkout::question::Question;
use crate::core::ask::{self, Ask, COSE};
use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Cancels an order. Of one that was sent the shop is told as soon as it can be; how it ends, payer and courier
    /// say. Cancelling twice is cancelling once.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NoSuchOrder`], [`crate::ErrorKind::OrderState`] if the courier has accepted or the order has ended,
    /// [`crate::ErrorKind::Locked`], or a failure of the storage.
    pub async fn cancel(&self, request_id: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.cancel(request_id)).await
    }

    /// Looks once more at the money of a paid order: some of it may have been given back.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NoSuchOrder`], [`crate::ErrorKind::Locked`], or a failure of the storage.
    pub async fn follow_money(&self, request_id: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.follow_money(request_id))
            .await
    }
}

impl OrderRecord {
    /// Whether it can be cancelled at the shop, or could if it had not been already.
    fn is_cancellable(&self) -> bool {
        let approval = self.approval.as_ref();
        let has_key = approval.is_some_and(|approval| approval.cancellation.is_some());
        has_key
            && matches!(
                self.state,
                OrderState::Sent | OrderState::Received | OrderState::Authorised
            )
    }

    /// Whether the holder can cancel it now.
    #[must_use]
    pub fn can_be_cancelled(&self) -> bool {
        let is_here = matches!(self.state, OrderState::Approved | OrderState::Confirmed);
        self.cancelled_at.is_none() && (is_here || self.is_cancellable())
    }

    /// Whether the holder has cancelled it, and it is not known yet what came of that.
    #[must_use]
    pub fn is_being_cancelled(&self) -> bool {
        self.cancelled_at.is_some() && self.is_cancellable()
    }
}

impl Desk<'_> {
    fn cancel(&mut self, request_id: &str) -> Result<(), WalletError> {
        self.stay_unlocked();
        let mut order = self.order(request_id)?;
        if order.cancelled_at.is_some() {
            return Ok(());
        }
        if !order.is_cancellable() {
            return self.decline(request_id);
        }
        let now = self.now();
        order.cancelled_at = Some(now);
        order.note(Event::CancelAsked, now);
        self.keep_order(order)?;
        if let Some(attention) = self.attention(request_id) {
            attention.due_ms = 0;
        }
        Ok(())
    }

    fn follow_money(&mut self, request_id: &str) -> Result<(), WalletError> {
        let mut order = self.order(request_id)?;
        if order.state != OrderState::Delivering {
            return Ok(());
        }
        if order.settled {
            order.settled = false;
            self.keep_order(order)?;
        }
        if let Some(attention) = self.attention(request_id) {
            attention.due_ms = 0;
        }
        Ok(())
    }

    /// The cancellation of an order that the shop has, if the holder wants it. It is answered as a look at the order
    /// is.
    pub(super) fn cancellation_ask(&self, order: &OrderRecord) -> Option<Ask<Question>> {
        let approval = order.approval.as_ref()?;
        let key = approval.cancellation.clone()?;
        if !order.is_being_cancelled() {
            return None;
        }
        let request = CancellationRequest {
            order_id: approval.order_id,
            root: approval.root,
            key,
            form_start: order.form.start(),
        };
        let shop = &order.form.envelope.from;
        let url = self.context.urls.url(shop, "/v1/cancellations");
        let id = order.request_id.clone();
        Some(ask::post(
            Question::Receipt(id),
            url,
            encode(&request),
            COSE,
        ))
    }
}
