//! What all parties have in common.

pub mod correspondence;
pub mod facts;
pub mod fault;
pub mod http;
pub mod identity;
pub mod ledger;
pub mod log;
pub mod office;
pub mod outbox;
pub mod party;
pub mod rate;
pub mod schema;
pub mod secrets;
pub mod settings;
pub mod statements;
pub mod vault;
