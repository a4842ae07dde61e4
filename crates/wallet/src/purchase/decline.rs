//! Declining: possible until the order is sent.

use crate::error::{ErrorKind, WalletError};
use crate::order::event::Event;
use crate::order::record::Failure;
use crate::ports::Ports;
use crate::state::Batch;
use crate::view::OrderState;
use crate::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Declines an order that has not been sent. Declining twice is declining once.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchOrder`], [`ErrorKind::OrderState`] if it was sent or has ended,
    /// [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn decline(&self, request_id: &str) -> Result<(), WalletError> {
        let mut state = self.enter().await?;
        self.keep_unlocked(&mut state).await?;
        let unlocked = state.unlocked()?;
        let order = unlocked.orders.get(request_id);
        let mut order = order
            .cloned()
            .ok_or_else(|| WalletError::new(ErrorKind::NoSuchOrder))?;
        if order.state == OrderState::Declined {
            return Ok(());
        }
        let none = Failure {
            kind: ErrorKind::CallInvalid,
            about: String::new(),
        };
        order.end(
            OrderState::Declined,
            Event::Declined,
            none,
            self.now().seconds(),
        )?;
        // The holder's own decision is no failure.
        order.failure = None;
        order.settled = true;
        Batch::new(&self.ports, &unlocked.key)
            .order(&order)?
            .store()
            .await?;
        unlocked.orders.insert(request_id.to_owned(), order);
        Ok(())
    }
}
