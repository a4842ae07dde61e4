//! The home proxy from wallet to wallet: the real card at home, the real proxy and the real parties, all in one process.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

mod access_card;
#[path = "../../../parties/tests/purchase/ask.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod ask;
#[path = "../bank/customer.rs"]
#[allow(dead_code, reason = "the tests of banks use the rest")]
mod customer;
#[path = "../purchase/device.rs"]
mod device;
mod ends;
mod given_back;
#[path = "../purchase/holder.rs"]
#[allow(dead_code, reason = "the tests of purchases use the rest")]
mod holder;
mod hosted;
mod instruments;
mod lending;
mod lies;
mod lock;
mod mail;
mod paying;
mod reader;
mod refused;
#[path = "../../../parties/tests/purchase/search.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod search;
mod spaces;
mod stopping;
mod trial;
#[path = "../../../parties/tests/purchase/world.rs"]
#[allow(dead_code, reason = "the parties' own tests use the rest")]
mod world;
