//! What all parties have in common.

mod bell;
mod confirmations;
pub mod correspondence;
pub mod due;
pub mod facts;
pub mod fault;
pub mod http;
pub mod identity;
mod introductions;
pub mod ledger;
pub mod log;
pub mod office;
pub mod once;
pub mod outbox;
pub mod party;
pub mod rate;
mod reception;
pub(crate) mod registration;
pub mod schema;
pub mod secrets;
pub mod settings;
mod shares;
pub mod statements;
mod traffic;
pub mod vault;
pub mod waking;
