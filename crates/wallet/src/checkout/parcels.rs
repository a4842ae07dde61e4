//! Follows parcels until they are delivered. The shop is asked, as about everything else of an order: the courier, asked
//! directly, would learn from which address of the network somebody looks after a parcel whose destination it knows. What
//! the shop passes on counts by the courier's signature alone.

use tallystick_protocol::checkout::tracking::TrackingReport;
use tallystick_protocol::wire::identifier::Role;

use crate::checkout::question::Question;
use crate::core::ask::{self, Answer, Ask, COSE, Said};
use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

/// How long until a shop is asked again, in milliseconds, after it was asked so often: it has the courier asked when it is,
/// and hears a moment later.
const SOON_MS: [u64; 2] = [3_000, 12_000];
/// And after that: a quarter of an hour.
const PAUSE_MS: u64 = 15 * 60 * 1000;

impl<P: Ports> Wallet<P> {
    /// Asks how far parcels are. `looked_at`: the holder looks at this order, so it is asked about now, and what is known
    /// of it is no news any more. Returns the milliseconds until the next call, or nothing if no parcel is under way or
    /// the wallet is locked.
    ///
    /// # Errors
    /// [`RevocationsStale`](crate::ErrorKind::RevocationsStale) or [`ClockWrong`](crate::ErrorKind::ClockWrong) while nobody
    /// can be believed; a failure of the storage.
    pub async fn follow_parcels(
        &self,
        looked_at: Option<&str>,
    ) -> Result<Option<u64>, WalletError> {
        let mut pause_ms = None;
        self.perform(&mut |desk| {
            desk.look_at_parcel(looked_at)?;
            pause_ms = desk.parcels_due_ms();
            Ok(())
        })
        .await?;
        if pause_ms != Some(0) {
            return Ok(pause_ms);
        }
        self.know_revocations().await?;
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            asks = desk.parcel_asks()?;
            Ok(())
        })
        .await?;
        let answers = self.ask(asks).await;
        self.perform(&mut |desk| {
            desk.take_parcels(&answers)?;
            pause_ms = desk.parcels_due_ms();
            Ok(())
        })
        .await?;
        Ok(pause_ms)
    }
}

impl Desk<'_> {
    fn look_at_parcel(&mut self, looked_at: Option<&str>) -> Result<(), WalletError> {
        let Some(id) = looked_at else {
            return Ok(());
        };
        let mut order = self.order(id)?;
        if order.see_parcel() {
            self.keep_order(order)?;
        }
        if let Some(attention) = self.attention(id) {
            attention.parcel_due_ms = 0;
            attention.parcel_asked = 0;
        }
        Ok(())
    }

    /// In how many milliseconds a shop is to be asked about a parcel.
    fn parcels_due_ms(&self) -> Option<u64> {
        let unlocked = self.state.unlocked.as_ref()?;
        let (now, now_ms) = (self.now(), self.now_ms);
        let orders = unlocked.slices.orders.iter();
        let followed = orders.filter(|order| order.record.has_parcel_under_way(now));
        let due = followed.map(|order| order.attention.parcel_due_ms.saturating_sub(now_ms));
        due.min()
    }

    fn parcel_asks(&mut self) -> Result<Vec<Ask<Question>>, WalletError> {
        let mut asks = Vec::new();
        if self.state.unlocked.is_none() {
            return Ok(asks);
        }
        let (now, now_ms) = (self.now(), self.now_ms);
        let due = self.orders()?.iter().filter(|order| {
            let is_due = order.attention.parcel_due_ms <= now_ms;
            is_due && order.record.has_parcel_under_way(now)
        });
        let due: Vec<_> = due.map(|order| order.record.clone()).collect();
        for order in due {
            let url = self.order_url(&order, "/tracking");
            let instead = self.again_ask(&order).or_else(|| self.memory_ask(&order));
            let id = order.request_id;
            if let Some(attention) = self.attention(&id) {
                attention.put_off_parcel(&SOON_MS, PAUSE_MS, now_ms);
            }
            let tracking = || ask::get(Question::Tracking(id), url, COSE);
            asks.push(instead.unwrap_or_else(tracking));
        }
        Ok(asks)
    }

    fn take_parcels(&mut self, answers: &[Answer<Question>]) -> Result<(), WalletError> {
        if self.state.unlocked.is_none() {
            // Locked meanwhile. Everybody can be asked again.
            return Ok(());
        }
        for Answer { question, said } in answers {
            match question {
                Question::Tracking(order) => {
                    self.note_lost_parcel(order, said, SOON_MS.len())?;
                    self.take_parcel(order, said)?;
                }
                Question::Receipt(order) => self.note_shops_memory(order, said)?,
                Question::Again(order) => self.take_again(order, said)?,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn take_parcel(&mut self, id: &str, said: &Said) -> Result<(), WalletError> {
        let mut order = self.order(id)?;
        let Ok(signed) = said else {
            return Ok(());
        };
        let root = order.approval.as_ref().map(|approval| approval.root);
        let report = self.statement::<TrackingReport>(&order, signed, Role::Courier);
        let report = report.filter(|report| {
            Some(report.root) == root && order.tracking.as_ref() == Some(&report.tracking)
        });
        let Some(report) = report else {
            return Ok(());
        };
        let (before, now) = (order.clone(), self.now());
        order.take_report(report, signed.clone(), now);
        if order == before {
            return Ok(());
        }
        self.keep_order(order)
    }
}
