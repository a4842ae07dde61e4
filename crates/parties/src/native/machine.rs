//! The machine one party runs on.

use super::{
    Hub, InProcessNetwork, KeptLog, MailServer, MemorySockets, RsaSigning, SeededRandom, SetClock,
    SqliteDatabase,
};
use crate::office::place::Place;
use crate::ports::{DatabaseError, Network, Ports, Siblings, Signing, Sockets};

/// All ports of one party. A clone is the same machine: a party made over it later finds what the
/// one before it stored, as after a restart.
#[derive(Clone)]
pub struct Machine<S = RsaSigning, N = InProcessNetwork, C = MemorySockets> {
    /// Its database.
    pub database: SqliteDatabase,
    /// Its clock.
    pub clock: SetClock,
    /// Its random source.
    pub random: SeededRandom,
    /// Its RSA keys.
    pub signing: S,
    /// Its way to the others, and to the other objects of its party.
    pub network: N,
    /// Who is connected to it.
    pub sockets: C,
    /// The mail server that it reaches.
    pub mail: MailServer,
    /// What it logged.
    pub log: KeptLog,
}

impl Machine {
    /// A new machine at `domain`; its random source is seeded with the domain.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn new(hub: &Hub, domain: &str, clock: &SetClock) -> Result<Self, DatabaseError> {
        Self::at(hub, domain, Place::Office, clock)
    }

    /// A new machine for another object of the party at `domain`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn at(
        hub: &Hub,
        domain: &str,
        place: Place,
        clock: &SetClock,
    ) -> Result<Self, DatabaseError> {
        let random = match place {
            Place::Office => SeededRandom::new(domain),
            shard => SeededRandom::new(&format!("{domain}, {shard}")),
        };
        Ok(Self {
            database: SqliteDatabase::new()?,
            clock: clock.clone(),
            signing: RsaSigning::new(random.clone()),
            random,
            network: hub.network(domain).at(place),
            sockets: MemorySockets::new(clock),
            mail: MailServer::default(),
            log: KeptLog::default(),
        })
    }
}

impl<S: Signing, N: Network + Siblings, C: Sockets> Ports for Machine<S, N, C> {
    type Database = SqliteDatabase;
    type Clock = SetClock;
    type Random = SeededRandom;
    type Signing = S;
    type Network = N;
    type Siblings = N;
    type Sockets = C;
    type Mail = MailServer;
    type Log = KeptLog;

    fn database(&self) -> &SqliteDatabase {
        &self.database
    }

    fn clock(&self) -> &SetClock {
        &self.clock
    }

    fn random(&self) -> &SeededRandom {
        &self.random
    }

    fn signing(&self) -> &S {
        &self.signing
    }

    fn network(&self) -> &N {
        &self.network
    }

    fn siblings(&self) -> &N {
        &self.network
    }

    fn sockets(&self) -> &C {
        &self.sockets
    }

    fn mail(&self) -> &MailServer {
        &self.mail
    }

    fn log(&self) -> &KeptLog {
        &self.log
    }
}
