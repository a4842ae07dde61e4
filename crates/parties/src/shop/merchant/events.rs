//! What a shop's own server is told of an order: a row an event, stored with what happened, and a job that sends it.

use serde::Serialize;
use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::time::Timestamp;

use super::event_id;
use crate::console::csv::moment;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Row, Tables, Value};
use crate::post::due::{self, NewJob};
use crate::shop::Shop;
use crate::shop::book::Order;
use crate::shop::state::OrderState;
use crate::store::typed::{self, Stored, typed_row};

/// The kind of the job that sends an event. Its reference is the event's number, a slash, and the order's root.
pub(in crate::shop) const JOB: &str = "webhook";
/// How long an event is sent again and again before it is given up, in seconds (three days).
const PATIENCE_SECONDS: u64 = 3 * 86_400;

/// Words with which rows and answers name the variants of an enumeration.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$one:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::shop) enum $name { $($(#[$one])* $variant,)+ }

        impl $name {
            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl Stored for $name {
            const WIDTH: usize = 1;

            fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
                match row.text(at)? {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(DatabaseError::Shape(at)),
                }
            }

            fn write(&self, values: &mut Vec<Value>) {
                values.push(self.as_str().into());
            }
        }
    };
}

words! {
    /// What happened.
    Happened {
        /// An order came and was stored.
        Received => "order.received",
        /// The courier accepted it.
        Accepted => "order.accepted",
        /// Somebody refused it.
        Refused => "order.refused",
        /// Its time ran out.
        Expired => "order.expired",
        /// Holder or shop cancelled it.
        Cancelled => "order.cancelled",
        /// The shop's server says that it is packed.
        Packed => "order.packed",
        /// Whoever paid has signed what came of a refund.
        RefundDecided => "refund.decided",
    }
}

impl Happened {
    /// What is told of an order that moved there, if anything is.
    const fn of(state: &OrderState) -> Option<Self> {
        match state {
            OrderState::Received => Some(Self::Received),
            OrderState::Asking | OrderState::Authorised | OrderState::Delivering => None,
            OrderState::Accepted => Some(Self::Accepted),
            OrderState::Refused { reason, .. } => Some(match reason {
                RefusalReason::Cancelled => Self::Cancelled,
                _ => Self::Refused,
            }),
            OrderState::Expired => Some(Self::Expired),
        }
    }
}

words! {
    /// How far an event has come.
    EventState {
        /// It is sent, or sent again.
        Waiting => "waiting",
        /// The server took it.
        Delivered => "delivered",
        /// It was not taken for three days.
        GivenUp => "given-up",
    }
}

typed_row! {
    /// An event.
    #[derive(Clone, Debug)]
    pub(in crate::shop) struct Event in "shop_events" {
        /// Its number: a UUID of version 7, so that numbers follow each other as events do.
        pub id: String = "id",
        /// What happened.
        pub happened: Happened = "type",
        /// To which order.
        pub order_id: OrderId = "order_id",
        /// Where the order stood then, by the state's name.
        pub order_state: String = "order_state",
        /// When.
        pub created_at: Timestamp = "created_at",
        /// How far it has come.
        pub state: EventState = "state",
        /// How often it was sent.
        pub tries: u32 = "tries",
        /// When it is given up.
        pub give_up_at: Timestamp = "give_up_at",
        /// What the server answered last, as an HTTP status; none if it did not answer.
        pub last_status: Option<u32> = "last_status",
        /// When it was sent last.
        pub last_at: Option<Timestamp> = "last_at",
        /// The job that sends it.
        pub job: String = "job",
    }
}

/// A line of the log.
#[derive(Serialize)]
pub(in crate::shop) struct EventView {
    id: String,
    r#type: &'static str,
    order: String,
    created_at: String,
    state: &'static str,
    tries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_status: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_at: Option<String>,
    /// When it is sent again, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<String>,
}

impl Event {
    /// As the log shows it.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn view(&self, tables: &(impl Tables + ?Sized)) -> Result<EventView, DatabaseError> {
        let next_at_ms = match self.state {
            EventState::Waiting => due::time_of(tables, JOB, &self.job)?,
            EventState::Delivered | EventState::GivenUp => None,
        };
        Ok(EventView {
            id: self.id.clone(),
            r#type: self.happened.as_str(),
            order: self.order_id.to_string(),
            created_at: moment(self.created_at.0),
            state: self.state.as_str(),
            tries: self.tries,
            last_status: self.last_status,
            last_at: self.last_at.map(|at| moment(at.0)),
            next_at: next_at_ms.map(|at_ms| moment(at_ms / 1000)),
        })
    }
}

impl<P: Ports> Shop<P> {
    /// Notes that an order moved to `state`, if the shop's own server is told of that. In the transaction that moves it.
    pub(in crate::shop) fn tell_of_move(
        &self,
        tables: &dyn Tables,
        order: &Order,
        state: &OrderState,
    ) -> Result<(), Fault> {
        match Happened::of(state) {
            Some(happened) => self.tell(tables, order, happened, state),
            None => Ok(()),
        }
    }

    /// Notes what happened to an order that stands at `state`, for the shop's own server if it has one that listens, and
    /// puts it on the clock. In the transaction in which it happens.
    pub(in crate::shop) fn tell(
        &self,
        tables: &dyn Tables,
        order: &Order,
        happened: Happened,
        state: &OrderState,
    ) -> Result<(), Fault> {
        let Some(server) = &self.config.webhook else {
            return Ok(());
        };
        let (now, now_ms) = (self.office.now(), self.office.now_ms());
        let id = event_id::next(tables, now_ms, self.office.ports.random())?;
        let event = Event {
            job: format!("{id}/{}", order.reference()),
            id,
            happened,
            order_id: order.order_id,
            order_state: state.name().to_owned(),
            created_at: now,
            state: EventState::Waiting,
            tries: 0,
            give_up_at: now.plus_seconds(PATIENCE_SECONDS),
            last_status: None,
            last_at: None,
        };
        typed::insert(tables, &event)?;
        Ok(put_on_the_clock(tables, &event, server.host(), now_ms)?)
    }

    /// Sends an event once more, for three days from now on. In a transaction.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::office::fault::Kind::NotFound) if there is none of this number, or no server to send it to.
    pub(in crate::shop) fn tell_again(
        &self,
        tables: &dyn Tables,
        id: &str,
    ) -> Result<Event, Fault> {
        let server = self.config.webhook.as_ref().ok_or_else(Fault::not_found)?;
        let event = find(tables, id)?.ok_or_else(Fault::not_found)?;
        let give_up_at = self.office.now().plus_seconds(PATIENCE_SECONDS);
        tables.run(
            "UPDATE shop_events SET state = ?, give_up_at = ? WHERE id = ?",
            &[
                EventState::Waiting.as_str().into(),
                give_up_at.into(),
                id.into(),
            ],
        )?;
        put_on_the_clock(tables, &event, server.host(), self.office.now_ms())?;
        find(tables, id)?.ok_or_else(Fault::internal)
    }
}

fn put_on_the_clock(
    tables: &dyn Tables,
    event: &Event,
    host: &str,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let job = NewJob {
        kind: JOB,
        reference: &event.job,
        peer: Some(host),
        at_ms: now_ms,
    };
    due::put(tables, &job, now_ms)
}

/// The event of this number.
///
/// # Errors
/// Only the database's own.
pub(in crate::shop) fn find(
    tables: &(impl Tables + ?Sized),
    id: &str,
) -> Result<Option<Event>, DatabaseError> {
    typed::find(tables, "id = ?", &[id.into()])
}

/// The newest events before the one of this number, or of all: at most `limit`.
///
/// # Errors
/// Only the database's own.
pub(in crate::shop) fn newest(
    tables: &(impl Tables + ?Sized),
    before: Option<&str>,
    limit: usize,
) -> Result<Vec<Event>, DatabaseError> {
    // No number is as long.
    let before = before.unwrap_or("g");
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let those = "id < ? ORDER BY id DESC LIMIT ?";
    typed::find_all(tables, those, &[before.into(), limit.into()])
}

/// Notes a try: what the server answered, if it did.
///
/// # Errors
/// Only the database's own.
pub(in crate::shop) fn tried(
    tables: &dyn Tables,
    id: &str,
    status: Option<u16>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let is_taken = status.is_some_and(|status| (200..300).contains(&status));
    let state = if is_taken {
        EventState::Delivered
    } else {
        EventState::Waiting
    };
    tables.run(
        "UPDATE shop_events SET state = ?, tries = tries + 1, last_status = ?, last_at = ? WHERE id = ?",
        &[
            state.as_str().into(),
            status.into(),
            now.into(),
            id.into(),
        ],
    )?;
    Ok(())
}

/// Notes that an event is sent no more.
///
/// # Errors
/// Only the database's own.
pub(in crate::shop) fn given_up(tables: &dyn Tables, id: &str) -> Result<(), DatabaseError> {
    let sql = "UPDATE shop_events SET state = ? WHERE id = ? AND state = ?";
    let (given_up, waiting) = (EventState::GivenUp, EventState::Waiting);
    let values = [given_up.as_str().into(), id.into(), waiting.as_str().into()];
    tables.run(sql, &values)?;
    Ok(())
}

/// How many events wait, and how many were given up.
///
/// # Errors
/// Only the database's own.
pub(in crate::shop) fn counted(
    tables: &(impl Tables + ?Sized),
) -> Result<(u64, u64), DatabaseError> {
    let sql = "SELECT coalesce(sum(state = 'waiting'), 0), coalesce(sum(state = 'given-up'), 0)
        FROM shop_events WHERE state IN ('waiting', 'given-up')";
    let counted = typed::one(tables, sql, &[])?;
    counted.ok_or(DatabaseError::RolledBack)
}
