//! Adapters for tests and simulations: every port of [`crate::ports`] in one process, with real
//! SQLite and real RSA, a clock that is set, a random source that is seeded, and faults on demand.

mod clock;
mod database;
mod hub;
mod log;
mod machine;
mod mail;
mod random;
mod run;
mod signing;
mod sockets;

pub use clock::SetClock;
pub use database::SqliteDatabase;
pub use hub::{Hub, InProcessNetwork, Received};
pub use log::KeptLog;
pub use machine::Machine;
pub use mail::{MailServer, TakenMail};
pub use random::SeededRandom;
pub use run::block_on;
pub use signing::RsaSigning;
pub use sockets::{Line, MemorySockets};
