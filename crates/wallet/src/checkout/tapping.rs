//! An order that a contactless card pays: once it is sent, the card is held to the reader. Nothing of that is stored but what
//! came of it: a wallet that died begins the tap anew, and the security server, which never has a card pay twice, goes on from
//! where the card is.

use tallystick_protocol::checkout::form::form_digest;
use tallystick_protocol::settlement::{Alias, SettlementState};
use tallystick_protocol::wire::time::Timestamp;

use crate::checkout::instrument;
use crate::checkout::order::record::OrderRecord;
use crate::checkout::order::state::OrderState;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::state::Unlocked;
use crate::core::wallet::Wallet;
use crate::settlement::relay::Tapped;
use crate::settlement::view::{OrderTapView, TapState};
use crate::settlement::watch::{Purpose, ToSettle};
use crate::slices::Slices;

/// After what time the card is held to the reader again while nothing is ready for it, in milliseconds.
pub const AGAIN_MS: u64 = 300;
/// After what time a software card is tried again that a fault has kept from paying, in milliseconds.
const TROUBLE_MS: u64 = 2_000;

impl<P: Ports> Wallet<P> {
    /// Holds the contactless card that pays an order to its reader, once. Returns how far the order is then; while it waits,
    /// the same is done again.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchOrder`], [`ErrorKind::OrderState`] of an order that no card pays now; those of
    /// [`Wallet::tap`](crate::Wallet).
    pub async fn tap_order(&self, request_id: &str) -> Result<TapState, WalletError> {
        let mut due = None;
        self.perform(&mut |desk| {
            due = Some(desk.settling(request_id)?);
            Ok(())
        })
        .await?;
        let (alias, order) = due.ok_or_else(|| WalletError::new(ErrorKind::NoSuchOrder))?;
        let tapped = self.tap(alias, Purpose::Settle(Box::new(order))).await;
        let mut state = TapState::Waiting;
        self.perform(&mut |desk| {
            state = desk.tapped(request_id, &tapped)?;
            Ok(())
        })
        .await?;
        tapped.map(|_| state)
    }

    /// Holds software cards to their reader for orders that wait for it: approving was the gesture for it. A card that is held
    /// in the hand waits for its holder. Returns the milliseconds until the next time, or nothing if no order waits.
    ///
    /// # Errors
    /// A failure of the storage.
    pub(crate) async fn advance_taps(&self) -> Result<Option<u64>, WalletError> {
        let mut due = Vec::new();
        self.perform(&mut |desk| {
            due = desk.taps_due();
            Ok(())
        })
        .await?;
        for id in due {
            match self.tap_order(&id).await {
                Err(error) if error.kind == ErrorKind::StorageFailed => return Err(error),
                // It is shown with the order, and tried again.
                _ => {}
            }
        }
        let mut pause_ms = None;
        self.perform(&mut |desk| {
            pause_ms = desk.tap_pause();
            Ok(())
        })
        .await?;
        Ok(pause_ms)
    }
}

impl Desk<'_> {
    /// Which card pays an order, and what the shop must have signed.
    fn settling(&mut self, request_id: &str) -> Result<(Alias, ToSettle), WalletError> {
        let order = self.order(request_id)?;
        let now = self.now();
        let slices = &self.unlocked()?.slices;
        let alias = due(&order, slices, now);
        let (Some(alias), Some(approval)) = (alias, &order.approval) else {
            return Err(WalletError::new(ErrorKind::OrderState).about(order.state.as_str()));
        };
        Ok((
            alias,
            ToSettle {
                root: approval.root,
                order: approval.order_id,
                shop: order.form.envelope.from.clone(),
                amount: order.rest(),
                form_digest: form_digest(&order.signed_form),
            },
        ))
    }

    /// How far the order is after a try, which says when the next one is.
    fn tapped(
        &mut self,
        request_id: &str,
        tapped: &Result<Tapped, WalletError>,
    ) -> Result<TapState, WalletError> {
        let now_ms = self.now_ms;
        let order = self.order(request_id)?;
        let slices = &self.unlocked()?.slices;
        let state = state_of(&order, slices);
        if let Some(attention) = self.attention(request_id) {
            attention.tap_trouble = tapped.as_ref().err().map(|error| error.kind);
            let pause_ms = match tapped {
                Ok(_) => AGAIN_MS,
                Err(_) => TROUBLE_MS,
            };
            attention.tap_due_ms = now_ms.saturating_add(pause_ms);
            if state == TapState::Paid {
                // The shop hears of it now.
                attention.due_ms = now_ms;
            }
        }
        Ok(state)
    }

    /// The orders for which a software card is held to its reader now.
    fn taps_due(&self) -> Vec<String> {
        let now_ms = self.now_ms;
        let waiting = self.waiting_for_software_cards();
        let due = waiting.filter(|(_, due_ms)| *due_ms <= now_ms);
        due.map(|(id, _)| id).collect()
    }

    fn tap_pause(&self) -> Option<u64> {
        let waiting = self.waiting_for_software_cards();
        let next = waiting.map(|(_, due_ms)| due_ms.saturating_sub(self.now_ms));
        next.min()
    }

    /// Orders that a software card pays, each with when it is held to its reader next, in milliseconds.
    fn waiting_for_software_cards(&self) -> impl Iterator<Item = (String, u64)> {
        let now = self.now();
        let unlocked = self.state.unlocked.as_ref();
        unlocked.into_iter().flat_map(move |unlocked| {
            let slices = &unlocked.slices;
            slices.orders.iter().filter_map(move |order| {
                let alias = due(&order.record, slices, now)?;
                let card = slices.settlements.card(alias).ok()?;
                let is_here = card.place == KeyPlace::Software;
                is_here.then(|| (order.record.request_id.clone(), order.attention.tap_due_ms))
            })
        })
    }
}

/// The card that pays an order, if it is one.
fn alias_of(order: &OrderRecord, slices: &Slices) -> Option<Alias> {
    let means = order.approval.as_ref()?.means.as_deref()?;
    Some(instrument::card_of(slices, means)?.alias)
}

/// The card that is to be held to the reader for an order: the shop may have the order, has not disowned it, and nobody has
/// said a last word.
fn due(order: &OrderRecord, slices: &Slices, now: Timestamp) -> Option<Alias> {
    let alias = alias_of(order, slices)?;
    let is_sent = matches!(order.state, OrderState::Sent | OrderState::Received);
    let state = state_of(order, slices);
    let is_open = matches!(state, TapState::Waiting | TapState::Unknown);
    // What the card was told before the end is found out after it, too.
    let is_in_time = now < order.expires_at() || state == TapState::Unknown;
    (is_sent && is_open && is_in_time).then_some(alias)
}

fn state_of(order: &OrderRecord, slices: &Slices) -> TapState {
    let approval = order.approval.as_ref();
    let outcome = approval.and_then(|approval| slices.settlements.outcome(&approval.root));
    match outcome.map(|outcome| outcome.state) {
        Some(SettlementState::Settled) => TapState::Paid,
        Some(SettlementState::Refused) => TapState::Refused,
        Some(SettlementState::Unknown) => TapState::Unknown,
        _ => TapState::Waiting,
    }
}

/// How an order stands with the contactless card that pays it; none if none does.
#[must_use]
pub fn tap_view(order: &OrderRecord, unlocked: &Unlocked, now: Timestamp) -> Option<OrderTapView> {
    let slices = &unlocked.slices;
    let alias = alias_of(order, slices)?;
    let card = slices.settlements.card(alias).ok()?;
    let root = order.approval.as_ref()?.root;
    let outcome = slices.settlements.outcome(&root);
    let mut orders = slices.orders.iter();
    let attended = orders.find(|one| one.record.request_id == order.request_id);
    let trouble = attended.and_then(|one| one.attention.tap_trouble);
    Some(OrderTapView {
        card_id: card.id(),
        place: card.place,
        state: state_of(order, slices),
        due: due(order, slices, now).is_some(),
        refusal: outcome
            .and_then(|outcome| outcome.refusal)
            .map(|refusal| refusal.as_str()),
        balance_minor: outcome
            .and_then(|outcome| outcome.balance)
            .map(|balance| balance.minor),
        trouble: trouble.map(ErrorKind::name),
    })
}
