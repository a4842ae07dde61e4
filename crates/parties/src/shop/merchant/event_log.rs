//! `GET /v1/merchant/events`: what the shop's own server was told, and whether it took it; and *send again*.

use http::StatusCode;
use serde::Serialize;
use serde_json::Value as Json;

use super::asked::Query;
use super::everywhere::List;
use super::{event_id, events};
use crate::console::{Cell, Table};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::shop::Shop;

/// By what the log can be asked for.
const NAMES: [&str; 2] = ["before", "limit"];
/// The log, newest first.
const LIST: List = List {
    name: "events",
    place,
};
/// How many lines a console shows.
const SHOWN: usize = 30;

#[derive(Serialize)]
struct Page {
    events: Vec<events::EventView>,
    /// Where the next page begins, for `before`; none if this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

fn place(line: &Json) -> String {
    let id = line.get("id").and_then(Json::as_str);
    id.unwrap_or_default().to_owned()
}

impl<P: Ports> Shop<P> {
    /// `GET /v1/merchant/events`.
    pub(super) async fn list_events(&self, request: &Incoming) -> Result<Answer, Fault> {
        let query = Query::of(request, &NAMES)?;
        let limit = query.limit()?;
        let before = query.get("before");
        if before.is_some_and(|before| !event_id::is_one(before)) {
            return Err(Fault::malformed(
                "A page begins behind the number of an event.",
            ));
        }
        let tables = self.office.tables();
        let mut found = events::newest(tables, before, limit.saturating_add(1))?;
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| has_more);
        let page = Page {
            next: next.map(|event| event.id.clone()),
            events: found
                .iter()
                .map(|event| event.view(tables))
                .collect::<Result<_, _>>()?,
        };
        let own = web::json(StatusCode::OK, &page);
        self.from_all(request, (&LIST, limit), own).await
    }

    /// `POST /v1/merchant/events/{id}/again`: the same as often as it is asked, so it takes no key.
    pub(super) async fn send_again(&self, request: &Incoming, id: &str) -> Result<Answer, Fault> {
        Query::of(request, &[])?;
        let own = self.send_own_again(id);
        self.by_whoever_has_it(request, own).await
    }

    fn send_own_again(&self, id: &str) -> Result<Answer, Fault> {
        let event = self
            .office
            .transaction(|tables| self.tell_again(tables, id))?;
        let view = event.view(self.office.tables())?;
        Ok(web::json(StatusCode::ACCEPTED, &view))
    }
}

/// The log as a console shows it.
///
/// # Errors
/// Only the database's own.
pub(in crate::shop) fn table(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let events = events::newest(tables, None, SHOWN)?;
    let line = |event: &events::Event| {
        vec![
            Cell::Time(event.created_at.0),
            Cell::word(event.happened.as_str()),
            Cell::order(&event.order_id),
            Cell::word(&format!("webhook-{}", event.state.as_str())),
            Cell::Count(i64::from(event.tries)),
            Cell::or_none(event.last_status, |status| Cell::Count(i64::from(status))),
            Cell::or_none(event.last_at, |at| Cell::Time(at.0)),
        ]
    };
    Ok(Table {
        name: "webhooks",
        columns: &[
            "at",
            "event",
            "order",
            "state",
            "tries",
            "last-status",
            "last-try",
        ],
        rows: events.iter().map(line).collect(),
    })
}
