//! Moving all open orders on, in rounds: what is due is decided and stored, parties are asked, and
//! what they said is taken up and stored.

use tallystick_protocol::wire::time::Timestamp;

use super::attention::Pace;
use super::ending::GRACE_SECONDS;
use crate::checkout::order::record::OrderRecord;
use crate::checkout::order::state::OrderState;
use crate::checkout::question::Question;
use crate::core::ask::Answer;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Does what is due on all open orders: confirms parties, sends, asks how it stands. Returns the
    /// milliseconds until the next call, or nothing if no order is open or the wallet is locked.
    ///
    /// # Errors
    /// A failure of the storage.
    pub(crate) async fn advance_orders(&self) -> Result<Option<u64>, WalletError> {
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            asks = desk.due()?;
            Ok(())
        })
        .await?;
        let answers = self.ask(asks).await;
        self.take_shares(&answers).await?;
        self.enter_epochs().await?;
        self.send_in_sessions().await?;
        let mut pause_ms = None;
        self.perform(&mut |desk| {
            pause_ms = desk.take_round(&answers)?;
            Ok(())
        })
        .await?;
        Ok(pause_ms)
    }
}

impl Desk<'_> {
    /// Takes up what the parties said. Returns the milliseconds until the next round.
    fn take_round(&mut self, answers: &[Answer<Question>]) -> Result<Option<u64>, WalletError> {
        if self.state.unlocked.is_none() {
            // Locked meanwhile. Everybody can be asked again.
            return Ok(None);
        }
        for Answer { question, said } in answers {
            match question {
                Question::Share { .. } => {}
                Question::Confirmation {
                    order,
                    role,
                    sent_at,
                } => self.take_confirmation(order, *role, *sent_at, said)?,
                Question::Identity { order, role } => self.take_identity(order, *role, said)?,
                Question::Send(order) => self.take_sent(order, said)?,
                Question::Again(order) => self.take_again(order, said)?,
                Question::Receipt(order) => {
                    self.note_shops_memory(order, said)?;
                    self.take_receipt(order, said)?;
                }
                Question::Money(order) => self.take_money(order, said)?,
                Question::Courier(order) => self.take_courier(order, said)?,
                Question::Refunds(order) => self.take_refunds(order, said)?,
                Question::Tracking(order) => self.take_parcel(order, said)?,
            }
        }
        self.end_round()
    }

    fn end_round(&mut self) -> Result<Option<u64>, WalletError> {
        let asked = self.orders()?.iter();
        let asked: Vec<_> = asked
            .filter(|order| order.attention.is_asking)
            .map(|order| order.record.request_id.clone())
            .collect();
        for id in asked {
            self.close_round(&id)?;
        }
        let now_ms = self.now_ms;
        let due = self.orders()?.iter().filter_map(|order| {
            let record = &order.record;
            match (record.settled, record.state) {
                (true, _) => None,
                (false, OrderState::Asked) => Some(record.expires_at().milliseconds()),
                (false, _) => Some(order.attention.due_ms),
            }
        });
        Ok(due.min().map(|due_ms| due_ms.saturating_sub(now_ms)))
    }

    /// What follows from the answers of a round as a whole, and from their absence.
    fn close_round(&mut self, id: &str) -> Result<(), WalletError> {
        let order = self.order(id)?;
        match order.state {
            OrderState::Approved => self.close_confirmations(order)?,
            OrderState::Sent | OrderState::Received | OrderState::Authorised
                if order.expires_at() <= self.now() =>
            {
                self.close_expired(order)?;
            }
            OrderState::Disowned => self.close_disowned(order)?,
            OrderState::Delivering | OrderState::Refused | OrderState::Expired => {
                self.stop_following(order)?;
            }
            _ => {}
        }
        let order = self.order(id)?;
        let (now_ms, pace) = (self.now_ms, pace(&order, self.now()));
        if let Some(attention) = self.attention(id) {
            let moved = attention.before != Some(order.state);
            attention.end(moved, pace, now_ms);
        }
        Ok(())
    }

    /// How an order is being attended to.
    pub(super) fn attention(&mut self, id: &str) -> Option<&mut super::Attention> {
        let order = self.state.unlocked.as_mut()?.slices.orders.find(id)?;
        Some(&mut order.attention)
    }

    /// Ends an order of which nothing left the wallet.
    pub(super) fn expire_unsent(&mut self, mut order: OrderRecord) -> Result<(), WalletError> {
        let why = Some((ErrorKind::ExpiredUnsent, ""));
        let now = self.now();
        order.end(
            OrderState::Expired,
            crate::checkout::order::event::Event::Expired,
            why,
            now,
        )?;
        order.settled = true;
        self.keep_order(order)
    }
}

fn pace(order: &OrderRecord, now: Timestamp) -> Pace {
    let (expires_at, state) = (order.expires_at(), order.state);
    if expires_at.plus_seconds(GRACE_SECONDS) <= now {
        Pace::Late
    } else if expires_at <= now || state.is_final() || state == OrderState::Disowned {
        Pace::Ended
    } else {
        Pace::Watched
    }
}
