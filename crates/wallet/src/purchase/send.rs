//! Sending the order to the shop, and asking the shop how it stands.
//!
//! That the order is about to be sent is stored before it is sent, and what is sent is what was
//! stored at approval: sending it again after an interruption is the same order once more, which
//! the shop knows by its number.

use tallystick_protocol::form::form_digest;
use tallystick_protocol::problem::ProblemKind;

use super::advance::Progress;
use crate::call::{self, CBOR, COSE, CallError};
use crate::error::{ErrorKind, WalletError};
use crate::order::event::Event;
use crate::order::record::{Failure, OrderRecord};
use crate::ports::Ports;
use crate::view::OrderState;
use crate::wallet::Wallet;

/// How long a shop may say nothing new before issuer and courier are asked directly, in
/// milliseconds.
const SILENCE_MS: u64 = 5_000;

impl<P: Ports> Wallet<P> {
    /// From now on the shop may have the order.
    pub(super) async fn commit_to_send(&self, id: &str) -> Result<Progress, WalletError> {
        let Some(order) = self.order(id).await? else {
            return Ok(Progress::Waiting);
        };
        self.change(&order, |order, now| {
            order.move_to(OrderState::Sent, Event::Sent, now)?;
            Ok(Progress::Moved)
        })
        .await
    }

    /// Sends the order.
    pub(super) async fn send(
        &self,
        order: &OrderRecord,
        waited_ms: u64,
    ) -> Result<Progress, WalletError> {
        let approval = order.approval.as_ref();
        let Some(bytes) = approval.and_then(|approval| approval.split_order.clone()) else {
            return self.poll(order, waited_ms).await;
        };
        let url = self.urls.url(&order.form.envelope.from, "/v1/orders");
        match call::post(&self.ports, url, CBOR, bytes, COSE).await {
            Ok(receipt) => self.take_receipt(order, &receipt).await,
            Err(CallError::Refused(kind)) => self.refused_by_shop(order, kind, waited_ms).await,
            Err(_) => self.ask_directly(order, waited_ms, SILENCE_MS).await,
        }
    }

    /// Asks the shop how the order stands.
    pub(super) async fn poll(
        &self,
        order: &OrderRecord,
        waited_ms: u64,
    ) -> Result<Progress, WalletError> {
        if order.approval.is_none() {
            return Ok(Progress::Settled);
        }
        // The shop tells whoever has the form. Issuer and courier know the order's number.
        let digest = form_digest(&order.signed_form);
        let path = format!("/v1/orders/{}", base16ct::lower::encode_string(&digest));
        let url = self.urls.url(&order.form.envelope.from, &path);
        match call::get(&self.ports, url, COSE).await {
            Ok(receipt) => match self.take_receipt(order, &receipt).await? {
                Progress::Waiting => self.ask_directly(order, waited_ms, SILENCE_MS).await,
                progress => Ok(progress),
            },
            Err(_) => self.ask_directly(order, waited_ms, 0).await,
        }
    }

    async fn refused_by_shop(
        &self,
        order: &OrderRecord,
        kind: ProblemKind,
        waited_ms: u64,
    ) -> Result<Progress, WalletError> {
        // The shop may have the order from an earlier attempt: its receipt is what counts.
        if matches!(kind, ProblemKind::Replayed | ProblemKind::Conflict) {
            return self.poll(order, waited_ms).await;
        }
        self.change(order, |order, now| {
            let failure = Failure {
                kind: ErrorKind::ShopRefused,
                about: order.shop_name.clone(),
            };
            order.end(OrderState::Refused, Event::Refused, failure, now)?;
            order.refused_by = Some(tallystick_protocol::identifier::Role::Shop);
            Ok(Progress::Moved)
        })
        .await
    }
}
