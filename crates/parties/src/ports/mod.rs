//! What a party needs from the machine it runs on.
//!
//! All ports are single-threaded (no `Send`): a Durable Object has one thread, and so has a test.

#[cfg(feature = "iso20022")]
pub mod banking;
pub mod clock;
pub mod database;
pub mod log;
pub mod mail;
pub mod network;
pub mod random;
pub mod siblings;
pub mod signing;
pub mod sockets;

pub use clock::Clock;
pub use database::{Database, DatabaseError, Row, Tables, Value};
pub use log::Log;
pub use mail::Connect;
pub use network::{Network, NetworkError};
pub use random::{PortRng, Random};
pub use siblings::Siblings;
pub use signing::{KeyPair, Signing, SigningError};
pub use sockets::{SocketGone, Sockets};

/// All ports of one party, in one bundle, so that a role has one type parameter.
pub trait Ports {
    /// The party's own SQLite database.
    type Database: Database;
    /// The time.
    type Clock: Clock;
    /// The random source.
    type Random: Random;
    /// RSA keys and signatures.
    type Signing: Signing;
    /// HTTPS to other parties.
    type Network: Network;
    /// The other objects of this party.
    type Siblings: Siblings;
    /// Connections that others hold open.
    type Sockets: Sockets;
    /// Connections to mail servers.
    type Mail: Connect;
    /// Where log lines go.
    type Log: Log;

    /// The party's own SQLite database.
    fn database(&self) -> &Self::Database;
    /// The time.
    fn clock(&self) -> &Self::Clock;
    /// The random source.
    fn random(&self) -> &Self::Random;
    /// RSA keys and signatures.
    fn signing(&self) -> &Self::Signing;
    /// HTTPS to other parties.
    fn network(&self) -> &Self::Network;
    /// The other objects of this party.
    fn siblings(&self) -> &Self::Siblings;
    /// Connections that others hold open.
    fn sockets(&self) -> &Self::Sockets;
    /// Connections to mail servers.
    fn mail(&self) -> &Self::Mail;
    /// Where log lines go.
    fn log(&self) -> &Self::Log;
}
