//! Declining: possible until the order is sent.

use crate::checkout::order::event::Event;
use crate::checkout::order::state::OrderState;
use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Declines an order that has not been sent. Declining twice is declining once.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NoSuchOrder`], [`crate::ErrorKind::OrderState`] if it was sent or has ended,
    /// [`crate::ErrorKind::Locked`], or a failure of the storage.
    pub async fn decline(&self, request_id: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.decline(request_id)).await
    }
}

impl Desk<'_> {
    pub(super) fn decline(&mut self, request_id: &str) -> Result<(), WalletError> {
        self.stay_unlocked();
        let mut order = self.order(request_id)?;
        if order.state == OrderState::Declined {
            return Ok(());
        }
        // The holder's own decision is no failure.
        let now = self.now();
        order.end(OrderState::Declined, Event::Declined, None, now)?;
        order.settled = true;
        self.keep_order(order)
    }
}
