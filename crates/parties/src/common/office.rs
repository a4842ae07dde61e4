//! What every role stands on: ports, settings, the vault, and how a request is received.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use http::Method;
use tallystick_protocol::time::Timestamp;

use super::bell::Bell;
use super::fault::{Fault, Kind};
use super::http::{self as web, Answer, Incoming};
use super::identity::Identity;
use super::log::Event;
use super::opened_shares::OpenedShares;
use super::retention;
use super::schema::{self, Migration};
use super::settings::Settings;
use super::traffic::Traffic;
use super::vault::Vault;
use crate::ports::database::in_transaction;
use crate::ports::{Clock, DatabaseError, Log, PortRng, Ports, Signing, Tables};

/// One party's ports and settings, and what it does like every other party.
pub struct Office<P: Ports> {
    /// The machine it runs on.
    pub ports: P,
    /// What its operator set.
    pub settings: Settings,
    pub(crate) vault: Vault,
    migrations: &'static [Migration],
    migrated: Cell<bool>,
    pub(super) traffic: Traffic,
    pub(super) bell: Bell,
    /// Whether the renewal of the certificate is known to be on the clock.
    pub(super) is_watching: Cell<bool>,
    /// Until when what is late is being worked on, in milliseconds since 1970.
    pub(super) awake_until_ms: Cell<u64>,
    pub(super) identity: RefCell<Option<Rc<Identity>>>,
    pub(super) signing_key: RefCell<Option<Rc<SigningKey<P>>>>,
    pub(super) opened_shares: OpenedShares,
}

/// The RSA key in the platform's keeping.
type SigningKey<P> = <<P as Ports>::Signing as Signing>::Key;

impl<P: Ports> Office<P> {
    /// An office of a role with these tables of its own (schema name: the role's).
    pub fn new(ports: P, settings: Settings, migrations: &'static [Migration]) -> Self {
        let vault = Vault::new(&settings.sealing_key, settings.owner());
        Self {
            ports,
            settings,
            vault,
            migrations,
            migrated: Cell::new(false),
            traffic: Traffic::default(),
            bell: Bell::default(),
            is_watching: Cell::new(false),
            awake_until_ms: Cell::new(0),
            identity: RefCell::new(None),
            signing_key: RefCell::new(None),
            opened_shares: OpenedShares::default(),
        }
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
            schema::migrate(database, self.settings.role.as_str(), self.migrations)?;
            // Sets the alarm, too: from what is stored, whatever alarm the platform remembers.
            retention::await_night(database, self.now_ms())?;
            self.migrated.set(true);
        }
        Ok(())
    }

    /// Receives a request: preflights, body limit, schema; then `handle`; faults become problems,
    /// and every answer may be read by every page.
    pub async fn receive(
        &self,
        request: Incoming,
        handle: impl AsyncFnOnce(&Incoming) -> Result<Answer, Fault>,
    ) -> Answer {
        let outcome = if request.method() == Method::OPTIONS {
            Ok(web::preflight())
        } else if request.body().len() > web::BODY_LIMIT {
            Err(Fault::new(Kind::TooLarge, "At most 256 KiB are accepted."))
        } else {
            match self.migrate() {
                Ok(()) => handle(&request).await,
                Err(error) => Err(error.into()),
            }
        };
        let mut answer = outcome.unwrap_or_else(|fault| {
            self.log("request-refused", None, fault.kind.as_str());
            self.log_cause(None, &fault);
            web::problem(&fault)
        });
        web::finish(&mut answer);
        if self.migrated.get() {
            self.watch_the_clock();
        }
        answer
    }

    /// Logs what broke, if something did.
    pub fn log_cause(&self, correlation: Option<&str>, fault: &Fault) {
        if !fault.cause.is_empty() {
            self.log("broken", correlation, fault.cause);
        }
    }

    /// Logs a fixed word with an order's correlation id ([`super::log::correlation`]).
    pub fn log(&self, event: &str, correlation: Option<&str>, outcome: &str) {
        let event = Event {
            at: self.now_ms(),
            role: self.settings.role.as_str(),
            event,
            correlation,
            outcome,
        };
        self.ports.log().line(&event.to_line());
    }
}
