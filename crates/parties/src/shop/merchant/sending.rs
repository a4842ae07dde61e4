//! Sends events to the shop's own server, until it takes them or three days are over.

use serde::Serialize;
use tallystick_protocol::checkout::form::FormReference;

use super::events::{self, Event, EventState};
use super::order_view;
use super::signing_key::SigningKey;
use crate::console::csv::moment;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Network as _, Ports};
use crate::post::due::{Job, Next};
use crate::shop::Shop;
use crate::shop::book;

/// What is said of an event. No goods and no address: whoever wants them asks, with the key.
#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    r#type: &'static str,
    created_at: String,
    order: String,
    order_reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    state: &'a str,
}

impl<P: Ports> Shop<P> {
    /// Sends the event of this job. What a server took and a power failure kept from being noted is sent again, under
    /// the same number.
    pub(in crate::shop) async fn send_event(&self, job: &Job) -> Result<Next, Fault> {
        let id = job.reference.split('/').next().unwrap_or_default();
        let event = events::find(self.office.tables(), id)?;
        let event = event.filter(|event| event.state == EventState::Waiting);
        let Some(event) = event else {
            return Ok(Next::Done);
        };
        if self.office.now() >= event.give_up_at {
            self.office
                .transaction(|tables| events::given_up(tables, &event.id))?;
            self.office.log("webhook", job.about(), "given-up");
            return Ok(Next::Done);
        }
        // Its operator named another one, or none, since the event was put on the clock.
        let Some(server) = &self.config.webhook else {
            return Ok(Next::Later);
        };
        let body = self.body_of(&event)?;
        let key = SigningKey::of(&self.office.vault)?;
        let message = server.message(body, (&key.signer, &key.id), self.office.now())?;
        let answer = self.office.ports.network().send(message).await;
        let status = answer.ok().map(|answer| answer.status().as_u16());
        let now = self.office.now();
        self.office
            .transaction(|tables| events::tried(tables, &event.id, status, now))?;
        match status {
            Some(200..300) => Ok(Next::Done),
            Some(_) => Ok(Next::Later),
            None => Err(Fault::new(Kind::Unreachable, "")),
        }
    }

    fn body_of(&self, event: &Event) -> Result<Vec<u8>, Fault> {
        let tables = self.office.tables();
        let order = book::find(tables, &event.order_id)?.ok_or_else(Fault::internal)?;
        let reference: FormReference = order_view::reference_of(tables, &order)?;
        let body = Body {
            id: &event.id,
            r#type: event.happened.as_str(),
            created_at: moment(event.created_at.0),
            order: event.order_id.to_string(),
            order_reference: reference.to_string(),
            reference: order.merchant_reference.as_deref(),
            state: &event.order_state,
        };
        serde_json::to_vec(&body).map_err(|_| Fault::internal())
    }
}
