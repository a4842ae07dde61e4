//! The API of the merchant's own server, under `/v1/merchant/`: whoever shows one of the shop's API keys may use it.

mod acting;
mod asked;
mod body;
pub mod catalogue;
pub(super) mod done_once;
mod event_id;
pub(in crate::shop) mod event_log;
pub(in crate::shop) mod events;
mod everywhere;
mod forms;
mod keys;
mod moments;
pub mod name;
mod openapi;
mod order_view;
mod orders;
mod sending;
mod signing_key;
mod webhook;

pub(crate) use acting::Act;
pub use keys::ApiKey;
pub use webhook::{Webhook, WebhookError};

use http::StatusCode;

use self::signing_key::KeySet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;
use crate::shop::Shop;

/// What the shop's own server asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    CreateForm,
    ListOrders,
    ReadOrder,
    Act(Act),
    ListEvents,
    SendAgain,
    Description,
    WebhookKeys,
}

impl<P: Ports> Shop<P> {
    /// Answers the shop's own server; description and public keys everybody.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::office::fault::Kind::NotFound) if the shop has no API keys;
    /// [`Kind::Unauthorised`](crate::office::fault::Kind::Unauthorised) without one of them; those of the task.
    pub(in crate::shop) async fn serve_merchant(
        &self,
        request: &Incoming,
        task: Task,
        chosen: &str,
    ) -> Result<Answer, Fault> {
        if !matches!(task, Task::Description | Task::WebhookKeys) {
            self.require_merchant(request)?;
        }
        match task {
            Task::CreateForm => self.create_form(request).await,
            Task::ListOrders => self.list_orders(request).await,
            Task::ReadOrder => self.read_order(request, chosen).await,
            Task::Act(act) => self.act(request, chosen, act).await,
            Task::ListEvents => self.list_events(request).await,
            Task::SendAgain => self.send_again(request, chosen).await,
            Task::Description => self.show_description(),
            Task::WebhookKeys => self.show_webhook_keys(),
        }
    }

    /// The API key that a request shows.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::office::fault::Kind::NotFound) if the shop has no keys;
    /// [`Kind::Unauthorised`](crate::office::fault::Kind::Unauthorised) without one of them.
    pub(in crate::shop) fn require_merchant(&self, request: &Incoming) -> Result<&ApiKey, Fault> {
        keys::shown(&self.config.api_keys, request)
    }

    /// `GET /v1/merchant/webhook-keys`: with what the signature of an event is verified.
    fn show_webhook_keys(&self) -> Result<Answer, Fault> {
        if self.config.webhook.is_none() && self.config.api_keys.is_empty() {
            return Err(Fault::not_found());
        }
        let set = KeySet::of(&self.office.vault)?;
        let mut answer = web::json(StatusCode::OK, &set);
        web::let_caches_keep(&mut answer);
        Ok(answer)
    }
}
