//! The ports of `tallystick-parties`, made of what workerd gives.

pub mod database;
pub mod mail;
pub mod network;
pub mod random;
pub mod siblings;
pub mod signing;
pub mod sockets;

use tallystick_parties::ports::{Clock, Log, Ports};

use crate::settings::SettingsError;

/// All ports of a party in a Durable Object.
pub struct WorkerPorts {
    database: database::ObjectDatabase,
    network: network::Fetching,
    siblings: siblings::Objects,
    sockets: sockets::Held,
}

impl WorkerPorts {
    /// Ports of one Durable Object.
    ///
    /// # Errors
    /// [`SettingsError`] if the object is none of a party's.
    pub fn new(state: &worker::State, env: &worker::Env) -> Result<Self, SettingsError> {
        Ok(Self {
            database: database::ObjectDatabase::new(state.storage()),
            network: network::Fetching,
            siblings: siblings::Objects::new(state, env)?,
            sockets: sockets::Held::new(state),
        })
    }
}

impl Ports for WorkerPorts {
    type Database = database::ObjectDatabase;
    type Clock = PlatformClock;
    type Random = random::PlatformRandom;
    type Signing = signing::WebCrypto;
    type Network = network::Fetching;
    type Siblings = siblings::Objects;
    type Sockets = sockets::Held;
    type Mail = mail::Connecting;
    type Log = Console;

    fn database(&self) -> &Self::Database {
        &self.database
    }

    fn clock(&self) -> &Self::Clock {
        &PlatformClock
    }

    fn random(&self) -> &Self::Random {
        &random::PlatformRandom
    }

    fn signing(&self) -> &Self::Signing {
        &signing::WebCrypto
    }

    fn network(&self) -> &Self::Network {
        &self.network
    }

    fn siblings(&self) -> &Self::Siblings {
        &self.siblings
    }

    fn sockets(&self) -> &Self::Sockets {
        &self.sockets
    }

    fn mail(&self) -> &Self::Mail {
        &mail::Connecting
    }

    fn log(&self) -> &Self::Log {
        &Console
    }
}

/// workerd's clock. It stands still during computation and moves at each I/O.
pub struct PlatformClock;

impl Clock for PlatformClock {
    fn now_ms(&self) -> u64 {
        crate::logging::now_ms()
    }
}

/// The platform's log.
pub struct Console;

impl Log for Console {
    fn line(&self, json: &str) {
        worker::console_log!("{json}");
    }
}
