//! Conversations with cards. A card in a reader takes its time, and the desk waits for nothing: so a
//! piece of work that needs a card is prepared at the desk, then the card is talked to away from it,
//! and what came of it is kept at the desk again, together with the card's new state.
//!
//! Between the two the wallet may have been locked or erased, or the order declined: whoever keeps
//! looks again. One conversation at a time, so that two never start from the same stored state.

use crate::error::{ErrorKind, WalletError};
use crate::exclusive::Guard;
use crate::ports::Ports;
use crate::secure_element::SecureElement;
use crate::wallet::{Wallet, Work};

impl<P: Ports> Wallet<P> {
    /// Waits until nobody else talks to a card. To be held until what came of it is kept.
    pub(crate) async fn turn(&self) -> Guard<'_, ()> {
        self.conversing.take().await
    }

    /// The card, with power.
    pub(crate) async fn card(&self) -> Result<SecureElement, WalletError> {
        let mut card = None;
        self.perform(&mut |desk| {
            card = Some(desk.card()?);
            Ok(())
        })
        .await?;
        card.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))
    }

    /// Keeps the card's state, and what `work` makes of its answers. They count only once both are
    /// stored: a wrong PIN has cost a try even if `work` ends in that error.
    pub(crate) async fn keep(
        &self,
        mut card: SecureElement,
        work: Work<'_>,
    ) -> Result<(), WalletError> {
        let tries = card.tries().await?;
        self.perform(&mut |desk| {
            desk.keep_card(&mut card, tries)?;
            work(desk)
        })
        .await
    }

    /// Remembers how many tries the card has left, unless somebody talks to it: who does, tells.
    pub(crate) async fn look_at_card(&self) -> Result<(), WalletError> {
        let Some(_turn) = self.conversing.try_take() else {
            return Ok(());
        };
        let card = self.card().await?;
        self.keep(card, &mut |_| Ok(())).await
    }
}
