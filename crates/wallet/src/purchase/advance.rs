//! Moving all open orders on by what is due.

use std::collections::BTreeMap;

use crate::error::{ErrorKind, WalletError};
use crate::join;
use crate::order::event::Event;
use crate::order::record::{Failure, OrderRecord};
use crate::ports::{Clock, Ports};
use crate::state::{Batch, Unlocked};
use crate::view::OrderState;
use crate::wallet::Wallet;

/// The first pause between two looks at an order, in milliseconds.
const PAUSE_MS_MIN: u64 = 150;
/// The longest pause while the holder is likely to be watching.
const PAUSE_MS_MAX: u64 = 2_000;
/// The longest pause once an order has ended and only the money's whereabouts are open.
const PAUSE_ENDED_MS_MAX: u64 = 15_000;

/// How an order is being attended to. Kept in memory alone: after a restart all is due at once.
pub(crate) struct Attention {
    /// When to look again.
    pub due_ms: u64,
    /// The last pause.
    pub pause_ms: u64,
    /// Since when the order has been in its present state.
    pub since_ms: u64,
}

/// How all orders are being attended to.
#[derive(Default)]
pub(crate) struct Pace(BTreeMap<String, Attention>);

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The order moved: look again at once.
    Moved,
    /// Nothing new: look again after a pause.
    Waiting,
    /// Nothing is left to do.
    Settled,
}

impl<P: Ports> Wallet<P> {
    /// Does what is due on all open orders: confirms parties, sends, asks how it stands. Returns
    /// the milliseconds until the next call, or nothing if no order is open or the wallet is
    /// locked.
    ///
    /// # Errors
    /// A failure of the storage. What was finished stays finished; call it again.
    pub async fn advance(&self) -> Result<Option<u64>, WalletError> {
        let Some(mut pace) = self.pace.try_take() else {
            return Ok(Some(PAUSE_MS_MIN));
        };
        let open = self.open_orders().await?;
        pace.0.retain(|id, _| open.contains(id));
        let now_ms = self.ports.clock().now_ms();
        for id in open {
            pace.0.entry(id).or_insert(Attention {
                due_ms: now_ms,
                pause_ms: 0,
                since_ms: now_ms,
            });
        }
        let due = pace
            .0
            .iter()
            .filter(|(_, attention)| attention.due_ms <= now_ms);
        let steps: Vec<_> = due
            .map(|(id, attention)| {
                let (id, waited_ms) = (id.clone(), now_ms - attention.since_ms);
                async move {
                    let progress = self.step(&id, waited_ms).await;
                    (id, progress)
                }
            })
            .collect();
        let mut failure = None;
        for (id, progress) in join::all(steps).await {
            match progress {
                Ok(progress) => self.pace_after(&mut pace, &id, progress).await?,
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let next = pace.0.values().map(|attention| attention.due_ms).min();
        let asked = self.asked_until_ms().await?;
        let now_ms = self.ports.clock().now_ms();
        let next = [next, asked].into_iter().flatten().min();
        Ok(next.map(|due_ms| due_ms.saturating_sub(now_ms)))
    }

    /// The orders on which something is left to do, after those that the holder let expire ended.
    async fn open_orders(&self) -> Result<Vec<String>, WalletError> {
        let mut state = self.enter().await?;
        let Some(unlocked) = state.unlocked.as_mut() else {
            return Ok(Vec::new());
        };
        let now = self.now().seconds();
        let unsettled = unlocked.orders.values().filter(|order| !order.settled);
        let (expired, open): (Vec<_>, Vec<_>) = unsettled
            .filter(|order| order.state != OrderState::Asked || order.expires_at() <= now)
            .map(|order| (order.request_id.clone(), order.state))
            .partition(|(_, state)| *state == OrderState::Asked);
        for (id, _) in expired {
            self.expire_unsent(unlocked, &id).await?;
        }
        Ok(open.into_iter().map(|(id, _)| id).collect())
    }

    async fn asked_until_ms(&self) -> Result<Option<u64>, WalletError> {
        let state = self.enter().await?;
        Ok(state.unlocked.as_ref().and_then(|unlocked| {
            let asked = unlocked.orders.values();
            let asked = asked.filter(|order| order.state == OrderState::Asked);
            asked.map(|order| order.expires_at() * 1000).min()
        }))
    }

    async fn pace_after(
        &self,
        pace: &mut Pace,
        id: &str,
        progress: Progress,
    ) -> Result<(), WalletError> {
        let now_ms = self.ports.clock().now_ms();
        let ended = match &self.enter().await?.unlocked {
            Some(unlocked) => unlocked
                .orders
                .get(id)
                .is_some_and(|order| order.state.is_final()),
            None => false,
        };
        let Some(attention) = pace.0.get_mut(id) else {
            return Ok(());
        };
        match progress {
            Progress::Moved => {
                *attention = Attention {
                    due_ms: now_ms,
                    pause_ms: 0,
                    since_ms: now_ms,
                };
            }
            Progress::Waiting => {
                let longest = if ended {
                    PAUSE_ENDED_MS_MAX
                } else {
                    PAUSE_MS_MAX
                };
                attention.pause_ms = (attention.pause_ms * 2).clamp(PAUSE_MS_MIN, longest);
                attention.due_ms = now_ms + attention.pause_ms;
            }
            Progress::Settled => {
                pace.0.remove(id);
            }
        }
        Ok(())
    }

    /// One step of one order. `waited_ms` says how long nothing has moved.
    async fn step(&self, id: &str, waited_ms: u64) -> Result<Progress, WalletError> {
        let Some(order) = self.order(id).await? else {
            return Ok(Progress::Waiting);
        };
        let expired = order.expires_at() <= self.now().seconds();
        match order.state {
            OrderState::Asked | OrderState::Declined | OrderState::Failed => Ok(Progress::Settled),
            OrderState::Approved | OrderState::Confirmed if expired => {
                let mut state = self.enter().await?;
                if let Some(unlocked) = state.unlocked.as_mut() {
                    self.expire_unsent(unlocked, id).await?;
                }
                Ok(Progress::Settled)
            }
            OrderState::Approved => self.confirm_parties(&order, waited_ms).await,
            OrderState::Confirmed => self.commit_to_send(id).await,
            OrderState::Sent | OrderState::Received | OrderState::Authorised if expired => {
                self.close_expired(&order, waited_ms).await
            }
            OrderState::Sent => self.send(&order, waited_ms).await,
            OrderState::Received | OrderState::Authorised => self.poll(&order, waited_ms).await,
            OrderState::Delivering | OrderState::Refused | OrderState::Expired => {
                self.follow_money(&order, waited_ms).await
            }
        }
    }

    /// A copy of an order, if the wallet is unlocked and has it.
    pub(super) async fn order(&self, id: &str) -> Result<Option<OrderRecord>, WalletError> {
        let state = self.enter().await?;
        let unlocked = state.unlocked.as_ref();
        Ok(unlocked.and_then(|unlocked| unlocked.orders.get(id).cloned()))
    }

    /// Changes an order that is still in the state it was found in, and persists it. Does nothing
    /// if somebody else moved it meanwhile, or if the wallet was locked.
    pub(super) async fn change(
        &self,
        found: &OrderRecord,
        change: impl FnOnce(&mut OrderRecord, u64) -> Result<Progress, WalletError>,
    ) -> Result<Progress, WalletError> {
        let mut state = self.enter().await?;
        let Some(unlocked) = state.unlocked.as_mut() else {
            return Ok(Progress::Waiting);
        };
        let Some(order) = unlocked.orders.get(&found.request_id) else {
            return Ok(Progress::Settled);
        };
        if order.state != found.state {
            return Ok(Progress::Moved);
        }
        let mut changed = order.clone();
        let progress = change(&mut changed, self.now().seconds())?;
        if changed != *order {
            Batch::new(&self.ports, &unlocked.key)
                .order(&changed)?
                .store()
                .await?;
            unlocked.orders.insert(changed.request_id.clone(), changed);
        }
        Ok(progress)
    }

    async fn expire_unsent(&self, unlocked: &mut Unlocked, id: &str) -> Result<(), WalletError> {
        let Some(mut order) = unlocked.orders.get(id).cloned() else {
            return Ok(());
        };
        let failure = Failure {
            kind: ErrorKind::ExpiredUnsent,
            about: String::new(),
        };
        let now = self.now().seconds();
        order.end(OrderState::Expired, Event::Expired, failure, now)?;
        order.settled = true;
        Batch::new(&self.ports, &unlocked.key)
            .order(&order)?
            .store()
            .await?;
        unlocked.orders.insert(order.request_id.clone(), order);
        Ok(())
    }
}
