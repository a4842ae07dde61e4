//! The ports of `tallystick-parties`, made of what workerd gives.

pub mod database;
pub mod network;
pub mod random;
pub mod signing;

use tallystick_parties::ports::{Clock, Log, Ports};

/// All ports of a party in a Durable Object.
pub struct WorkerPorts {
    database: database::ObjectDatabase,
    network: network::Fetching,
}

impl WorkerPorts {
    /// Ports over the storage of one Durable Object.
    pub fn new(storage: worker::Storage) -> Self {
        Self {
            database: database::ObjectDatabase::new(storage),
            network: network::Fetching,
        }
    }
}

impl Ports for WorkerPorts {
    type Database = database::ObjectDatabase;
    type Clock = PlatformClock;
    type Random = random::PlatformRandom;
    type Signing = signing::WebCrypto;
    type Network = network::Fetching;
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
