//! What every role stands on: ports, settings, the vault, and how a request is received.

#[cfg(any(
    feature = "issuer",
    feature = "bank",
    feature = "coupon-office",
    feature = "settlement"
))]
pub(crate) mod across;
pub(crate) mod every_shard;
pub mod fault;
pub mod http;
pub mod log;
pub mod party;
pub mod place;
pub mod rate;
pub mod readiness;
pub(crate) mod reception;
pub mod routes;
pub mod settings;
pub mod siblings;

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use ::http::Method;
use tallystick_protocol::keys::{Epoch, PartyShare, RawKey};
use tallystick_protocol::wire::time::Timestamp;

use crate::console::ConsoleMemory;
use crate::console::metrics::Answered;
use crate::office::every_shard::ShardsReady;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::Event;
use crate::office::rate::Limiter;
use crate::office::settings::Settings;
use crate::ports::database::in_transaction;
use crate::ports::{Clock, DatabaseError, Log, PortRng, Ports, Signing, Tables};
use crate::post::bell::Bell;
use crate::post::traffic::Traffic;
use crate::recollection::Memory;
use crate::standing::identity::Identity;
use crate::standing::opened::Opened;
use crate::standing::spread::Spread;
use crate::store::key_id::KeyId;
use crate::store::retention;
use crate::store::schema::{self, Migration};
use crate::store::sealed::Sealed;
use crate::store::vault::Vault;

/// The most that opened shares take together, in bytes as they are stored.
const OPENED_SHARES_ROOM: usize = 16 * 1024 * 1024;
/// The most that keys shared with holders take together, in bytes: a thousand.
const OPENED_PAIRS_ROOM: usize = 32 * 1024;

/// One party's ports and settings, and what it does like every other party.
pub struct Office<P: Ports> {
    /// The machine it runs on.
    pub ports: P,
    /// What its operator set.
    pub settings: Settings,
    pub(crate) vault: Vault,
    /// The sealing key under which everything is, if it is neither the present one nor the one of before.
    pub(crate) missing_key: Cell<Option<KeyId>>,
    /// The tables of the role, and those of what else it is, each under the name of its schema.
    schemas: Vec<(&'static str, &'static [Migration])>,
    /// Which of their columns are sealed, beside those that every party seals.
    pub(crate) sealed: Vec<&'static [Sealed]>,
    migrated: Cell<bool>,
    pub(crate) traffic: Traffic,
    pub(crate) bell: Bell,
    /// Whether the renewal of the certificate is known to be on the clock.
    pub(crate) is_watching: Cell<bool>,
    /// Until when what is late is being worked on, in milliseconds since 1970.
    pub(crate) awake_until_ms: Cell<u64>,
    /// When a request looks again whether the alarm was lost, in milliseconds since 1970.
    pub(crate) looks_at_ms: Cell<u64>,
    pub(crate) limiter: Limiter,
    pub(crate) console: ConsoleMemory,
    pub(crate) answered: Answered,
    pub(crate) shards_ready: RefCell<ShardsReady>,
    /// How the party is spread, once that is stored.
    pub(crate) spread: Cell<Option<Spread>>,
    pub(crate) identity: RefCell<Option<Rc<Identity>>>,
    pub(crate) signing_key: RefCell<Option<Rc<SigningKey<P>>>>,
    /// Whether its operator's epoch is one before that in which it has run.
    pub(crate) is_in_past_epoch: Cell<bool>,
    /// How much of what it has signed it remembers.
    pub(crate) memory: Cell<Memory>,
    /// The moment to which its memory is to be brought back once the present request is answered.
    pub(crate) goes_back_to: Cell<Option<Timestamp>>,
    /// The opened shares, by epoch and the number of their space.
    pub(crate) opened_shares: Opened<(Epoch, u32), PartyShare>,
    /// What it shares with holders who spoke last, by epoch, space and holder.
    pub(crate) opened_pairs: Opened<(Epoch, u32, [u8; 32]), RawKey>,
}

/// The RSA key in the platform's keeping.
type SigningKey<P> = <<P as Ports>::Signing as Signing>::Key;

impl<P: Ports> Office<P> {
    /// An office of a role with these tables of its own (schema name: the role's).
    pub fn new(ports: P, settings: Settings, migrations: &'static [Migration]) -> Self {
        let schemas = vec![(settings.role.as_str(), migrations)];
        let vault = Vault::new(&settings.sealing_key, settings.owner())
            .after(settings.sealing_key_before.as_ref());
        Self {
            ports,
            settings,
            vault,
            missing_key: Cell::new(None),
            schemas,
            sealed: Vec::new(),
            migrated: Cell::new(false),
            traffic: Traffic::default(),
            bell: Bell::default(),
            is_watching: Cell::new(false),
            awake_until_ms: Cell::new(0),
            looks_at_ms: Cell::new(0),
            limiter: Limiter::default(),
            console: ConsoleMemory::default(),
            answered: Answered::default(),
            shards_ready: RefCell::default(),
            spread: Cell::new(None),
            identity: RefCell::new(None),
            signing_key: RefCell::new(None),
            is_in_past_epoch: Cell::new(false),
            memory: Cell::default(),
            goes_back_to: Cell::default(),
            opened_shares: Opened::new(OPENED_SHARES_ROOM),
            opened_pairs: Opened::new(OPENED_PAIRS_ROOM),
        }
    }

    /// The same office with further tables, of a schema of this name.
    #[must_use]
    pub fn with_schema(mut self, name: &'static str, migrations: &'static [Migration]) -> Self {
        self.schemas.push((name, migrations));
        self
    }

    /// Whether it keeps tables beside those of its role: a bank is an issuer, and more.
    pub(crate) fn is_more_than_its_role(&self) -> bool {
        self.schemas.len() > 1
    }

    /// The same office with further columns that are sealed. Whatever is sealed stands in such a list, or it is lost with the
    /// next sealing key.
    #[must_use]
    pub fn with_sealed(mut self, columns: &'static [Sealed]) -> Self {
        self.sealed.push(columns);
        self
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.ports.clock().now_ms()
    }

    /// Seconds since 1970, as messages carry them.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.now_ms() / 1000)
    }

    /// The random source as cryptographic crates take it.
    pub fn rng(&self) -> PortRng<'_, P::Random> {
        PortRng(self.ports.random())
    }

    /// The tables, for reading outside a transaction.
    pub fn tables(&self) -> &P::Database {
        self.ports.database()
    }

    /// Runs the second phase of a step: everything in `work` is committed, or nothing.
    ///
    /// # Errors
    /// What `work` fails with, or the database's own error.
    pub fn transaction<T, E: From<DatabaseError>>(
        &self,
        work: impl FnOnce(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        let outcome = in_transaction(self.ports.database(), work);
        if outcome.is_ok() {
            self.bell.ring();
        }
        self.console.changed();
        outcome
    }

    /// Brings the tables up to date, once in a lifetime of this object.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn migrate(&self) -> Result<(), DatabaseError> {
        if !self.migrated.get() {
            let database = self.ports.database();
            schema::migrate(database, "common", schema::COMMON)?;
            for (name, migrations) in &self.schemas {
                schema::migrate(database, name, migrations)?;
            }
            // Sets the alarm, too: from what is stored, whatever alarm the platform remembers.
            retention::await_night(database, self.now_ms())?;
            self.note_epoch()?;
            self.note_sealing_key()?;
            self.note_generation()?;
            self.migrated.set(true);
        }
        Ok(())
    }

    /// Receives a request: preflights, body limit, schema; then `handle`; faults become problems,
    /// and every answer but the operator's own may be read by every page. HEAD is answered as GET,
    /// without the body (RFC 9110 §9.3.2).
    pub async fn receive(
        &self,
        mut request: Incoming,
        handle: impl AsyncFnOnce(&Incoming) -> Result<Answer, Fault>,
    ) -> Answer {
        let is_private = crate::routes::is_private(request.uri().path());
        let is_head = request.method() == Method::HEAD;
        if is_head {
            *request.method_mut() = Method::GET;
        }
        let outcome = if request.method() == Method::OPTIONS {
            Ok(if is_private {
                web::private_preflight(crate::routes::allowed(
                    self.settings.role,
                    request.uri().path(),
                ))
            } else {
                web::preflight()
            })
        } else if let Some(fault) = web::over_limit(request.uri().path(), request.body().len()) {
            Err(fault)
        } else {
            let remembers = self
                .migrate()
                .map_err(Fault::from)
                .and_then(|()| self.require_memory(request.uri().path()));
            match remembers {
                Ok(()) => handle(&request).await,
                Err(fault) => Err(fault),
            }
        };
        let mut answer = outcome.unwrap_or_else(|fault| {
            let correlation = correlation_of(&request);
            self.log("request-refused", correlation, fault.kind.as_str());
            self.log_cause(correlation, &fault);
            web::problem(&fault)
        });
        self.answered.count(answer.status());
        if is_head {
            answer.body_mut().clear();
        }
        if is_private {
            web::finish_private(&mut answer);
        } else {
            web::finish(&mut answer);
        }
        if self.migrated.get() {
            self.watch_the_clock();
        }
        answer
    }

    /// Logs what broke, if something did.
    pub fn log_cause(&self, correlation: Option<&str>, fault: &Fault) {
        if !fault.cause.is_empty() {
            self.log_event(Event {
                event: "broken",
                correlation,
                outcome: fault.cause,
                said: Some(fault.said.as_str()).filter(|said| !said.is_empty()),
                ..Event::default()
            });
        }
    }

    /// Logs a fixed word with an order's correlation id ([`crate::office::log::correlation`]).
    pub fn log(&self, event: &str, correlation: Option<&str>, outcome: &str) {
        self.log_event(Event {
            event,
            correlation,
            outcome,
            ..Event::default()
        });
    }

    /// Logs an event; time and role are filled in.
    pub fn log_event(&self, event: Event<'_>) {
        let event = Event {
            at_ms: self.now_ms(),
            role: self.settings.called.as_str(),
            ..event
        };
        self.ports.log().line(&event.to_line());
    }
}

/// The correlation id that the edge or another party gave a request, if it looks like one: 8 to 32
/// hexadecimal digits.
fn correlation_of(request: &Incoming) -> Option<&str> {
    let given = request.headers().get("x-correlation-id")?.to_str().ok()?;
    let is_one = (8..=32).contains(&given.len()) && given.bytes().all(|b| b.is_ascii_hexdigit());
    is_one.then_some(given)
}
